import { SubgraphFailure } from '../../subgraph-fetch/subgraph-failure.ts';

/**
 * The failure of a subgraph whose data nests deeper than the stack goes: no schema has such lists, so nothing is lost with it.
 * @param error what was caught while the data was taken in
 * @throws the error, when it is another one
 */
export function tooDeep(subgraph: string, error: unknown): SubgraphFailure {
  if (error instanceof RangeError) return new SubgraphFailure('SUBGRAPH_INVALID_RESPONSE', subgraph, error);
  throw error;
}
