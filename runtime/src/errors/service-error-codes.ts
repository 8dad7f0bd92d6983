import type { ErrorCodeEntry } from './error-code-entry.ts';

/** Of ourselves: what is away, busy, late or broken. A part of `errorCodes`. */
export const serviceErrorCodes = {
  SHARD_MOVING: {
    httpStatus: 503,
    meaning: 'The data is being moved to another database, and writes to it wait for a moment.',
    clientAction: 'Repeat the same request, with the same idempotency key, in a few seconds.',
  },
  DATABASE_UNAVAILABLE: {
    httpStatus: 503,
    meaning: 'A database that this part of the answer needs cannot be reached.',
    clientAction: 'Repeat the request later, with a growing pause.',
  },
  SUBGRAPH_UNAVAILABLE: {
    httpStatus: 503,
    meaning: 'A subgraph that this part of the answer needs cannot be reached.',
    clientAction: 'Repeat the request later, with a growing pause.',
  },
  OVERLOADED: {
    httpStatus: 503,
    meaning:
      'More requests are under way than the gateway can answer in about the usual time; this one was not looked at.',
    clientAction: 'Repeat the request after the seconds that `Retry-After` says, with a growing pause.',
  },
  GATEWAY_UNREACHABLE: {
    httpStatus: 502,
    meaning: 'The proxy in front reached no gateway, or the one that had the request ended before it answered.',
    clientAction: 'Repeat a query; repeat a mutation only with the same idempotency key.',
  },
  DEADLINE_EXCEEDED: {
    httpStatus: 504,
    meaning: 'The answer did not come within the time that the request said in `x-tributary-timeout-ms`.',
    clientAction: 'Repeat a query with more time; repeat a mutation only with the same idempotency key.',
  },
  SUBGRAPH_BUSY: {
    httpStatus: 503,
    meaning: 'More requests wait for a subgraph that this part of the answer needs than may.',
    clientAction: 'Repeat the request after a moment, with a growing pause.',
  },
  SUBGRAPH_INVALID_RESPONSE: {
    httpStatus: 502,
    meaning: 'A subgraph answered with something that is no GraphQL response; the parts that do not need it are there.',
    clientAction: 'Use the partial data, and report it with the request id.',
  },
  SUBGRAPH_TIMEOUT: {
    httpStatus: 504,
    meaning: 'A subgraph did not answer in time.',
    clientAction: 'Repeat a query later; repeat a mutation only with the same idempotency key.',
  },
  DOWNSTREAM_SERVICE_ERROR: {
    httpStatus: 502,
    meaning: 'A subgraph answered with an error that carries no code.',
    clientAction: 'Repeat the request later; report it when it stays.',
  },
  INTERNAL_SERVER_ERROR: {
    httpStatus: 500,
    meaning: 'A defect on our side. The details are in our log under `extensions.reference`.',
    clientAction: 'Report the reference.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
