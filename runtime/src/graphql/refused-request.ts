import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { type ErrorCode, errorCodes } from '../errors/error-codes.ts';

/** A request that is answered with errors alone, before anything of it was executed. */
export class RefusedRequest extends Error {
  override readonly name: string = 'RefusedRequest';
  readonly httpStatus: number;
  readonly errors: readonly GraphQLFormattedError[];

  /** @param errors what is wrong, at least one; each is shown to the client with the code */
  constructor(code: ErrorCode, errors: readonly GraphQLError[]) {
    super(errors[0]?.message ?? code);
    this.httpStatus = errorCodes[code].httpStatus;
    this.errors = errors.map((error) => ({ ...error.toJSON(), extensions: { ...error.extensions, code } }));
  }
}
