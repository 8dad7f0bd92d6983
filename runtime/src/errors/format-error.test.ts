import { describe, expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { createCapturedLogger } from '../testing/captured-logger.ts';
import { CodedError } from './coded-error.ts';
import { createErrorFormatter } from './format-error.ts';

/** As execution hands a resolver's error over: wrapped, with where it happened. */
function formatThrown(thrown: Error) {
  const { logger, lines } = createCapturedLogger();
  const located = new GraphQLError(thrown.message, { path: ['me', 'email'], originalError: thrown });
  const code = located.extensions['code'] ?? 'INTERNAL_SERVER_ERROR';
  const formatted = { message: located.message, path: ['me', 'email'], extensions: { ...located.extensions, code } };
  return { shown: createErrorFormatter(logger)(formatted, located), lines };
}

class ForeignError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

describe('createErrorFormatter', () => {
  it('shows a coded error as it is and logs nothing', () => {
    const { shown, lines } = formatThrown(new CodedError('FORBIDDEN', 'not yours', { extensions: { field: 'email' } }));
    expect(shown).toEqual({
      message: 'not yours',
      path: ['me', 'email'],
      extensions: { code: 'FORBIDDEN', field: 'email' },
    });
    expect(lines).toEqual([]);
  });

  it('shows a plain error of another package whose code is in the catalogue', () => {
    const { shown } = formatThrown(new ForeignError('INVALID_ID', 'expected a product id'));
    expect(shown).toMatchObject({ message: 'expected a product id', extensions: { code: 'INVALID_ID' } });
  });

  it.each([
    ['an error without a code', new Error('password=hunter2')],
    ['a system error', new ForeignError('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.7:5432')],
    ['an inherited property as code', new ForeignError('toString', 'hunter2')],
    ['an error that claims to be internal', new ForeignError('INTERNAL_SERVER_ERROR', 'hunter2')],
  ])('masks %s and logs it under the reference that the caller gets', (_, thrown) => {
    const { shown, lines } = formatThrown(thrown);
    expect(shown).toEqual({
      message: 'Internal server error',
      path: ['me', 'email'],
      extensions: { code: 'INTERNAL_SERVER_ERROR', reference: expect.stringMatching(/^[0-9a-f]{12}$/) },
    });
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'error',
        reference: shown.extensions?.['reference'],
        path: ['me', 'email'],
        err: expect.objectContaining({
          message: thrown.message,
          stack: expect.stringContaining('format-error.test.ts'),
        }),
      }),
    ]);
  });

  it('passes on an error that another service has masked, with its reference, and does not log it again', () => {
    const { logger, lines } = createCapturedLogger();
    const masked = {
      message: 'Internal server error',
      extensions: { code: 'INTERNAL_SERVER_ERROR', reference: 'abc' },
    };
    expect(createErrorFormatter(logger)(masked, new GraphQLError('Internal server error'))).toBe(masked);
    expect(lines).toEqual([]);
  });

  it("keeps the codes of Apollo's own errors", () => {
    const { logger } = createCapturedLogger();
    const syntax = { message: 'Syntax Error', extensions: { code: 'GRAPHQL_PARSE_FAILED' } };
    expect(createErrorFormatter(logger)(syntax, new GraphQLError('Syntax Error'))).toBe(syntax);
  });
});
