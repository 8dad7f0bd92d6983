import { type DocumentNode, print } from 'graphql';
import type { CompiledOperation } from '../execution/compiled-operation.ts';
import { conditionVariablesOf } from '../execution/fetches/condition-variables.ts';

/** What was measured over our own supergraph, for each character of what is printed of a document or of a plan's JSON. */
const LEAST_BYTES = 6_000;
const BYTES_PER_PLAN_CHARACTER = 10;
const DOCUMENT_BYTES_PER_CHARACTER = 30;
const SHAPE_BYTES_PER_CHARACTER = 35;

/**
 * How much a compiled operation takes with its document, estimated. Its answers have two shapes when variables decide what is
 * selected, as is usual; clients that try all values have the few kept that there may be of an operation.
 */
export function operationBytes({ plan }: Pick<CompiledOperation, 'plan'>, document: DocumentNode): number {
  const shapes = conditionVariablesOf(document).length > 0 ? 2 : 1;
  const perCharacter = DOCUMENT_BYTES_PER_CHARACTER + shapes * SHAPE_BYTES_PER_CHARACTER;
  return LEAST_BYTES + JSON.stringify(plan).length * BYTES_PER_PLAN_CHARACTER + print(document).length * perCharacter;
}
