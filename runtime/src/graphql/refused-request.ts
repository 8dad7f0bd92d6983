import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { type ErrorCode, errorCodes } from '../errors/error-codes.ts';

/** A request that is answered with errors alone, before anything of it was executed. */
export class RefusedRequest extends Error {
  override readonly name: string = 'RefusedRequest';
  readonly httpStatus: number;
  readonly errors: readonly GraphQLFormattedError[];

  /** @param errors what is wrong, at least one; each is shown to the client with the code, unless it has one of its own */
  constructor(code: ErrorCode, errors: readonly GraphQLError[], options: { httpStatus?: number } = {}) {
    super(errors[0]?.message ?? code);
    this.httpStatus = options.httpStatus ?? errorCodes[code].httpStatus;
    this.errors = errors.map((error) => {
      const formatted = error.toJSON();
      return { ...formatted, extensions: { code, ...formatted.extensions } };
    });
  }
}
