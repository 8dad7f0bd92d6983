import { ApolloServerErrorCode } from '@apollo/server/errors';
import { describe, expect, it } from '@jest/globals';
import type { ErrorCodeEntry } from './error-code-entry.ts';
import { errorCodes, isErrorCode } from './error-codes.ts';

describe('the catalogue of error codes', () => {
  const entries = Object.entries<ErrorCodeEntry>(errorCodes);

  it.each(entries)('says in sentences what %s means and what to do', (code, { meaning, clientAction, httpStatus }) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
    expect(clientAction).toMatch(/^[A-Z].*\.$/);
    expect(httpStatus).toBeGreaterThanOrEqual(200);
    expect(httpStatus).toBeLessThan(600);
  });

  it("has all of Apollo's codes", () => {
    expect(Object.values(ApolloServerErrorCode).filter((code) => !isErrorCode(code))).toEqual([]);
  });
});
