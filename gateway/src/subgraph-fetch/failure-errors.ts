import { Kind, parse } from 'graphql';
import type { SubgraphError } from './subgraph-answer.ts';
import type { SubgraphFailure } from './subgraph-failure.ts';

/**
 * The errors that stand for a fetch which failed as a whole, with paths as the subgraph would have given them, so that they are
 * put in the right place of the client's answer like any other: one for each root field that is missing, or, for entities, a
 * single one at the first entity (every other one failed for the same reason, and a page of a hundred equal errors helps nobody).
 *
 * @param query the operation that was sent; it is parsed only here, where something has already gone wrong
 */
export function errorsOfFailedFetch(failure: SubgraphFailure, query: string): SubgraphError[] {
  const extensions = { code: failure.code, service: failure.service };
  const paths = rootFieldNames(query).map((name) => (name === '_entities' ? [name, 0] : [name]));
  return paths.map((path) => ({ message: failure.message, path, extensions: { ...extensions } }));
}

function rootFieldNames(query: string): string[] {
  const operation = parse(query, { noLocation: true }).definitions.find(
    ({ kind }) => kind === Kind.OPERATION_DEFINITION,
  );
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [];
  return operation.selectionSet.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [selection.alias?.value ?? selection.name.value] : [],
  );
}
