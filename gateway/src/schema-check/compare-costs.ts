import { type GraphQLSchema, parse } from 'graphql';
import type { CostLimits } from '../cost/cost-limits.ts';
import { readCostRules } from '../cost/cost-rules.ts';
import { type CostEstimate, OperationCost } from '../cost/operation-cost.ts';
import { selectOperation } from '../planning/operation-document.ts';
import { type KnownOperation, labelOf } from './known-operations.ts';

/** What an operation is estimated to cost under two supergraphs. */
export interface OperationCosts {
  readonly operation: string;
  readonly before: number;
  readonly after: number;
  /** The enforced limits that it exceeds now and did not before, for people: `5200 of 5000 in orders`. */
  readonly exceeded: readonly string[];
}

/** A supergraph as far as costs go. */
export interface WeighedSupergraph {
  /** SDL without directives of authorisation. */
  readonly sdl: string;
  readonly apiSchema: GraphQLSchema;
}

/**
 * Weighs operations under two supergraphs. Of their variables the defaults are known and nothing else, so that a list which one of
 * them bounds is taken to be as long as the schema assumes.
 * @param operations valid for both
 */
export function compareCosts(
  supergraphs: { readonly base: WeighedSupergraph; readonly next: WeighedSupergraph },
  operations: readonly KnownOperation[],
  limits: CostLimits,
): OperationCosts[] {
  const before = createScale(supergraphs.base, limits);
  const after = createScale(supergraphs.next, limits);
  return operations.map((operation) => {
    const [old, now] = [before(operation.body), after(operation.body)];
    const exceeded = [...now.exceeded].filter(([where]) => !old.exceeded.has(where)).map(([, text]) => text);
    return { operation: labelOf(operation), before: old.total, after: now.total, exceeded };
  });
}

interface Weighed {
  readonly total: number;
  /** By where the limit is, what it comes to. */
  readonly exceeded: ReadonlyMap<string, string>;
}

function createScale({ sdl, apiSchema }: WeighedSupergraph, limits: CostLimits): (body: string) => Weighed {
  const rules = readCostRules(parse(sdl, { noLocation: true }));
  return (body) => {
    const document = parse(body, { noLocation: true });
    const selected = selectOperation(document, undefined) ?? document;
    const cost = new OperationCost(selected, { schema: apiSchema, rules, listSize: limits.listSize });
    const estimate = cost.estimate({});
    return { total: estimate.total, exceeded: exceededIn(estimate, rules.subgraphs, limits) };
  };
}

function exceededIn(estimate: CostEstimate, names: readonly string[], limits: CostLimits): Map<string, string> {
  const parts = [
    { where: '', cost: estimate.total, limit: limits.operation },
    ...names.map((name, index) => ({
      where: name,
      cost: estimate.bySubgraph[index] ?? 0,
      limit: limits.subgraphs.get(name),
    })),
  ];
  return new Map(
    parts.flatMap(({ where, cost, limit }): [string, string][] =>
      limit?.isEnforced && cost > limit.maximum
        ? [[where, `${cost} of ${limit.maximum}${where && ` in ${where}`}`]]
        : [],
    ),
  );
}
