import type { ExplainedCost } from '../explain/explain-recorder.ts';
import type { CostEstimate } from './operation-cost.ts';

/** @param subgraphs the names of the estimate's subgraphs */
export function explainedCost({ total, bySubgraph }: CostEstimate, subgraphs: readonly string[]): ExplainedCost {
  const named = subgraphs.map((name, index) => [name, bySubgraph[index] ?? 0] as const);
  return { estimated: total, bySubgraph: Object.fromEntries(named.filter(([, cost]) => cost > 0)) };
}
