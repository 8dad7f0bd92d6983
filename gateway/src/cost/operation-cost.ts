import { type DocumentNode, Kind, type OperationDefinitionNode, valueFromASTUntyped } from 'graphql';
import { isJsonObject, type JsonObject } from '../subgraph-fetch/json-object.ts';
import { type CostTree, type CostTreeOptions, compileCostTree, type FieldCost, type ObjectCost } from './cost-tree.ts';

/** What an operation costs. */
export interface CostEstimate {
  readonly total: number;
  /** By the rules' subgraphs, in their order. */
  readonly bySubgraph: readonly number[];
}

/** The cost of one operation, which is compiled once; a request adds its variables. */
export class OperationCost {
  readonly #tree: CostTree;
  readonly #subgraphs: number;
  readonly #defaults: Readonly<JsonObject>;
  readonly #constant: CostEstimate | undefined;

  /** @param document as `compileCostTree` takes it */
  constructor(document: DocumentNode, options: CostTreeOptions) {
    this.#tree = compileCostTree(document, options);
    this.#subgraphs = options.rules.subgraphs.length;
    this.#defaults = defaultsOf(document);
    this.#constant = this.#tree.root.every(isConstant) ? this.#estimate({}) : undefined;
  }

  /**
   * The most it costs, as far as is known before it is executed.
   * @param variables as a client sent them; wrong ones are refused elsewhere
   */
  estimate(variables: Readonly<JsonObject>): CostEstimate {
    return this.#constant ?? this.#estimate(this.#withDefaults(variables));
  }

  /**
   * What it has cost.
   * @param data what subgraphs have answered, under the response keys of the document that it was compiled from
   */
  ofAnswer(data: Readonly<JsonObject>, variables: Readonly<JsonObject>): number {
    return answerCost(this.#tree.root, data, this.#withDefaults(variables));
  }

  #estimate(variables: Readonly<JsonObject>): CostEstimate {
    const bySubgraph = new Array<number>(this.#subgraphs).fill(0);
    if (this.#tree.isEndless) return { total: Number.POSITIVE_INFINITY, bySubgraph };
    addEstimates(this.#tree.root, 1, variables, bySubgraph);
    return { total: sumOf(bySubgraph), bySubgraph };
  }

  #withDefaults(variables: Readonly<JsonObject>): Readonly<JsonObject> {
    return this.#defaults === NO_DEFAULTS ? variables : { ...this.#defaults, ...variables };
  }
}

/** More are endless, and numbers stay numbers. */
const MOST_OBJECTS = 1e12;
const NO_DEFAULTS: Readonly<JsonObject> = {};

/** @param times how often the object that the fields are of is there */
function addEstimates(
  fields: readonly FieldCost[],
  times: number,
  variables: Readonly<JsonObject>,
  bySubgraph: number[],
): void {
  for (const { condition, subgraph, weight, size, values } of fields) {
    if (condition && !condition(variables)) continue;
    bySubgraph[subgraph] = (bySubgraph[subgraph] ?? 0) + times * numberOf(weight, variables);
    const [only, ...others] = values;
    if (!only) continue;
    const objects = Math.min(times * numberOf(size, variables), MOST_OBJECTS);
    if (others.length === 0) {
      bySubgraph[subgraph] = (bySubgraph[subgraph] ?? 0) + objects * only.weight;
      addEstimates(only.fields, objects, variables, bySubgraph);
    } else {
      const { sums, weight } = dearest(values, variables);
      bySubgraph[subgraph] = (bySubgraph[subgraph] ?? 0) + objects * weight;
      for (const [index, sum] of sums.entries()) bySubgraph[index] = (bySubgraph[index] ?? 0) + objects * (sum ?? 0);
    }
  }
}

/** Any of them may come, so all are taken for the one that costs most. */
function dearest(values: readonly ObjectCost[], variables: Readonly<JsonObject>) {
  const costs = values.map(({ weight, fields }) => {
    const sums: number[] = [];
    addEstimates(fields, 1, variables, sums);
    return { weight, sums, cost: weight + sumOf(sums) };
  });
  return costs.reduce((most, other) => (other.cost > most.cost ? other : most));
}

function answerCost(fields: readonly FieldCost[], object: Readonly<JsonObject>, variables: Readonly<JsonObject>) {
  let cost = 0;
  for (const { key, weight, values } of fields) {
    const value = object[key];
    // Nobody was asked for it.
    if (value === undefined) continue;
    cost += numberOf(weight, variables) + valueCost(values, value, variables);
  }
  return cost;
}

function valueCost(values: readonly ObjectCost[], value: unknown, variables: Readonly<JsonObject>): number {
  if (value === null || values.length === 0) return 0;
  if (Array.isArray(value)) {
    let cost = 0;
    for (const item of value) cost += valueCost(values, item, variables);
    return cost;
  }
  const [first] = values;
  const { weight = 0, fields = [] } =
    values.length > 1 && isJsonObject(value)
      ? (values.find(({ type }) => type === value['__typename']) ?? first ?? {})
      : (first ?? {});
  return fields.length > 0 && isJsonObject(value) ? weight + answerCost(fields, value, variables) : weight;
}

function numberOf(value: FieldCost['weight'], variables: Readonly<JsonObject>): number {
  return typeof value === 'number' ? value : value(variables);
}

function sumOf(numbers: readonly (number | undefined)[]): number {
  let sum = 0;
  for (const number of numbers) sum += number ?? 0;
  return sum;
}

function isConstant({ condition, weight, size, values }: FieldCost): boolean {
  const isFixed = !condition && typeof weight === 'number' && typeof size === 'number';
  return isFixed && values.every(({ fields }) => fields.every(isConstant));
}

function defaultsOf({ definitions }: DocumentNode): Readonly<JsonObject> {
  const operation = definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const defaults = (operation?.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
  );
  return defaults.length === 0 ? NO_DEFAULTS : Object.fromEntries(defaults);
}
