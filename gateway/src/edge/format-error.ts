import { createErrorFormatter } from '@tributary/runtime/errors/format-error';
import { maskError } from '@tributary/runtime/errors/public-error';
import type { Logger } from '@tributary/runtime/logging/logger';
import { currentWork } from '@tributary/runtime/request/request-work';
import type { GraphQLFormattedError } from 'graphql';
import type { OperationLimits } from '../limits/operation-limits.ts';
import { refusalOf } from '../limits/refusal-of.ts';

/** What callers see of an error. */
export type ErrorFormatter = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * Decides what callers see of an error. An error of a subgraph that carries a code was meant for them and is shown, whatever
 * the code is, since the gateway does not know the subgraphs' codes; without one it is masked and logged under a reference. The
 * gateway's own errors follow the catalogue.
 */
export function createEdgeErrorFormatter(logger: Logger, limits: OperationLimits): ErrorFormatter {
  const formatOwnError = createErrorFormatter(logger);
  return (formatted, error) => {
    const { serviceName, ...extensions } = formatted.extensions ?? {};
    if (typeof extensions['service'] !== 'string') {
      return refusalOf(error, limits)?.toJSON() ?? formatOwnError(formatted, error);
    }
    const shown = isMeantForCallers(extensions) ? { ...formatted, extensions } : mask(formatted, error);
    const { message, path } = shown;
    return { message, ...(path && { path }), extensions: shown.extensions };
  };

  function mask(formatted: GraphQLFormattedError, error: unknown) {
    const service = formatted.extensions?.['service'];
    const { message } = formatted;
    const details = { requestId: currentWork()?.requestId, path: formatted.path, service, message };
    const { reference } = maskError(error, logger, details).extensions;
    return {
      message: `The subgraph "${service}" failed`,
      path: formatted.path,
      extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', service, reference },
    };
  }
}

/** Apollo's executor marks errors without a code as DOWNSTREAM_SERVICE_ERROR; a subgraph of ours masks its own defects. */
function isMeantForCallers({ code, reference }: Record<string, unknown>): boolean {
  if (code === 'INTERNAL_SERVER_ERROR') return typeof reference === 'string';
  return typeof code === 'string' && code !== 'DOWNSTREAM_SERVICE_ERROR';
}
