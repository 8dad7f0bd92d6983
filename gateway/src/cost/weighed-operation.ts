import { type DocumentNode, Kind } from 'graphql';
import type { CostTreeOptions } from './cost-tree.ts';
import { OperationCost } from './operation-cost.ts';

/** An operation and what it costs. */
export interface WeighedOperation {
  readonly cost: OperationCost;
  /** Names of the subgraphs that estimates are split by. */
  readonly subgraphs: readonly string[];
  readonly hash: string;
  /** As in `OperationCostRecord`. */
  readonly title: string;
}

const LONGEST_TITLE = 120;

/** @param document one operation and its fragments, valid for the schema */
export function weighOperation(document: DocumentNode, hash: string, options: CostTreeOptions): WeighedOperation {
  return {
    cost: new OperationCost(document, options),
    subgraphs: options.rules.subgraphs,
    hash,
    title: titleOf(document),
  };
}

function titleOf({ definitions }: DocumentNode): string {
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { operation, name, selectionSet } = definition;
    const fields = selectionSet.selections.map((selection) =>
      selection.kind === Kind.FIELD ? selection.name.value : '…',
    );
    const title = `${operation}${name ? ` ${name.value}` : ''} { ${fields.join(' ')} }`;
    return title.length <= LONGEST_TITLE ? title : `${title.slice(0, LONGEST_TITLE - 1)}…`;
  }
  return 'none';
}
