import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from '../logging/logger.ts';
import { currentWork } from '../request/request-work.ts';
import { isErrorCode } from './error-codes.ts';
import { maskError, publicErrorOf } from './public-error.ts';

/**
 * Apollo's `formatError` for every server here: an error with a code of the catalogue is shown, any other one is masked and
 * logged under a reference.
 */
export function createErrorFormatter(
  logger: Logger,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    if (isShownAsItIs(formatted)) return formatted;
    const shown =
      publicErrorOf(error) ?? maskError(error, logger, { requestId: currentWork()?.requestId, path: formatted.path });
    return { ...formatted, message: shown.message, extensions: shown.extensions };
  };
}

/** Apollo gives its own errors (syntax, validation, variables) codes of the catalogue; a masked error of another service has its reference. */
function isShownAsItIs({ extensions }: GraphQLFormattedError): boolean {
  if (extensions?.['code'] === 'INTERNAL_SERVER_ERROR') return typeof extensions['reference'] === 'string';
  return isErrorCode(extensions?.['code']);
}
