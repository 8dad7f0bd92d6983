import { GraphQLError } from 'graphql';
import { type ErrorCode, errorCodes } from './error-codes.ts';

/**
 * An error that its caller may see as it is: message, code and extensions.
 *
 * `httpStatus` takes effect only where the error ends the whole request, before execution. Inside a resolver the answer stays
 * a 200 with partial data, which is why the status is not put into `extensions.http`.
 */
export class CodedError extends GraphQLError {
  override readonly name: string = 'CodedError';
  readonly code: ErrorCode;
  readonly httpStatus: number;

  /** @param options.httpStatus default: the one of the catalogue */
  constructor(
    code: ErrorCode,
    message: string,
    options: { httpStatus?: number; extensions?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, { extensions: { ...options.extensions, code } });
    this.code = code;
    this.httpStatus = options.httpStatus ?? errorCodes[code].httpStatus;
    if (options.cause !== undefined) this.cause = options.cause;
  }
}
