import type { ExplainedCost } from './explain-recorder.ts';
import type { OperationOutlook } from './operation-outlook.ts';
import { fetchesOf, type OutlinedFetch, type PlanOutline } from './plan-outline.ts';

/** An outlook for people: what it costs in all, and its plan as a tree with what each subgraph is asked. */
export function outlookText({ title, plan, cost }: OperationOutlook): string {
  const fetches = fetchesOf(plan);
  const costs = costByFetch(fetches, cost);
  const subgraphs = Object.entries(cost.bySubgraph).map(([name, share]) => `${name} ${share}`);
  const head = [title, `cost     ${cost.estimated}${subgraphs.length > 0 ? `  (${subgraphs.join(', ')})` : ''}`];
  head.push(`fetches  ${fetches.length} in ${stepsOf(plan)} ${stepsOf(plan) === 1 ? 'step' : 'steps'}`, '');
  return [...head, ...linesOf(plan, costs)].join('\n');
}

/** What a subgraph's part costs, where one fetch is all of it. */
function costByFetch(fetches: readonly OutlinedFetch[], { bySubgraph }: ExplainedCost): Map<OutlinedFetch, number> {
  const bySameSubgraph = Map.groupBy(fetches, ({ subgraph }) => subgraph);
  const only = [...bySameSubgraph.values()].flatMap(([fetch, ...others]) =>
    fetch && others.length === 0 ? [fetch] : [],
  );
  return new Map(only.map((fetch) => [fetch, bySubgraph[fetch.subgraph] ?? 0]));
}

function linesOf(part: PlanOutline, costs: ReadonlyMap<OutlinedFetch, number>): string[] {
  switch (part.kind) {
    case 'Fetch':
      return [headOf(part, costs.get(part)), ...part.selection.split('\n').map((line) => `  ${line}`)];
    case 'Condition':
      return [
        ...branch(`if $${part.variable}`, [part.whenTrue], costs),
        ...branch(`unless $${part.variable}`, [part.whenFalse], costs),
      ];
    default:
      return branch(part.kind === 'Sequence' ? 'one after the other' : 'at the same time', part.parts, costs);
  }
}

function headOf({ subgraph, path, operationKind, entities }: OutlinedFetch, cost: number | undefined): string {
  const what = entities.length > 0 ? `${entities.join(', ')} at ${path}` : operationKind;
  return `${subgraph}: ${what}${cost === undefined ? '' : `  [cost ${cost}]`}`;
}

function branch(label: string, parts: readonly PlanOutline[], costs: ReadonlyMap<OutlinedFetch, number>): string[] {
  const shown = parts.filter((part) => part.kind === 'Fetch' || fetchesOf(part).length > 0);
  if (shown.length === 0) return [];
  const children = shown.flatMap((part, index) => {
    const isLast = index === shown.length - 1;
    const [first = '', ...rest] = linesOf(part, costs);
    return [`${isLast ? '└─' : '├─'} ${first}`, ...rest.map((line) => `${isLast ? '  ' : '│ '} ${line}`)];
  });
  return [label, ...children];
}

/** How many fetches wait for each other at the most. */
function stepsOf(part: PlanOutline): number {
  switch (part.kind) {
    case 'Fetch':
      return 1;
    case 'Condition':
      return Math.max(stepsOf(part.whenTrue), stepsOf(part.whenFalse));
    case 'Sequence':
      return part.parts.reduce((steps, child) => steps + stepsOf(child), 0);
    case 'Parallel':
      return Math.max(0, ...part.parts.map(stepsOf));
  }
}
