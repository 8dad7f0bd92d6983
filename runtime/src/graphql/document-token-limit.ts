/**
 * How many tokens a document may have that a subgraph is asked to parse: room for any that the gateway makes of an operation within
 * reason, and a bound on what one request can cost before it is refused.
 */
export const documentTokenLimit = 20_000;
