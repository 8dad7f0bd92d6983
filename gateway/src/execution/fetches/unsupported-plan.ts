import { CodedError } from '@tributary/runtime/errors/coded-error';

/** Thrown for an operation whose plan needs what this executor does not do. The message is for callers. */
export class UnsupportedPlanError extends CodedError {
  override readonly name = 'UnsupportedPlanError';

  constructor(what: string) {
    super('GRAPHQL_VALIDATION_FAILED', `${what} is not supported`);
  }
}
