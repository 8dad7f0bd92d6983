/**
 * How many tokens a document may have that a subgraph is asked to parse: some twenty times the largest that the gateway makes of an
 * operation within its own limits, and few enough to be refused in milliseconds.
 */
export const documentTokenLimit = 20_000;
