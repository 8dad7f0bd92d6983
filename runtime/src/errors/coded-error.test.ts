import { describe, expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { CodedError } from './coded-error.ts';

describe('CodedError', () => {
  it('carries its code in the extensions, beside those given', () => {
    const error = new CodedError('BODY_TOO_LARGE', 'too large', { extensions: { limitBytes: 10 } });
    expect(error).toBeInstanceOf(GraphQLError);
    expect(error.toJSON()).toEqual({ message: 'too large', extensions: { code: 'BODY_TOO_LARGE', limitBytes: 10 } });
  });

  it("takes its HTTP status from the catalogue unless it is given one, and keeps it out of Apollo's sight", () => {
    expect(new CodedError('FORBIDDEN', 'no').httpStatus).toBe(403);
    const error = new CodedError('FORBIDDEN', 'no', { httpStatus: 404 });
    expect(error.httpStatus).toBe(404);
    expect(error.extensions).not.toHaveProperty('http');
  });
});
