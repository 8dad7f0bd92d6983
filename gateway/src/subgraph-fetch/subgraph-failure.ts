/**
 * How a subgraph failed as a whole: it could not be asked, has too much to do to be asked, did not answer in time, or answered with
 * something else.
 */
export type SubgraphFailureCode =
  | 'SUBGRAPH_UNAVAILABLE'
  | 'SUBGRAPH_BUSY'
  | 'SUBGRAPH_TIMEOUT'
  | 'SUBGRAPH_INVALID_RESPONSE';

const MESSAGES: Record<SubgraphFailureCode, (service: string) => string> = {
  SUBGRAPH_UNAVAILABLE: (service) => `The subgraph "${service}" cannot be reached`,
  SUBGRAPH_BUSY: (service) => `The subgraph "${service}" has more to do than it can take`,
  SUBGRAPH_TIMEOUT: (service) => `The subgraph "${service}" did not answer in time`,
  SUBGRAPH_INVALID_RESPONSE: (service) => `The subgraph "${service}" did not answer with a GraphQL response`,
};

/** Thrown instead of an answer. The message is for callers; what really happened is the `cause`, for the log. */
export class SubgraphFailure extends Error {
  readonly code: SubgraphFailureCode;
  readonly service: string;

  constructor(code: SubgraphFailureCode, service: string, cause: unknown) {
    super(MESSAGES[code](service), { cause });
    this.name = 'SubgraphFailure';
    this.code = code;
    this.service = service;
  }
}
