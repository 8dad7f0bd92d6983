import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLInputType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { isJsonObject, type JsonObject } from '../subgraph-fetch/json-object.ts';
import type { CostRules, ListSize } from './cost-rules.ts';

/** A number that is known once an operation's variables are. */
export type ByVariables = (variables: Readonly<JsonObject>) => number;

/** Of numbers that are multiplied with each other, so that they stay numbers. */
const LONGEST = 1e9;

/**
 * How long a list is that arguments bound: the longest that one of them asks for, or what is assumed.
 * @param otherwise where nothing is said
 * @returns a number where no variable decides it
 */
export function listSizeOf(
  node: FieldNode,
  definitions: readonly GraphQLArgument[],
  { slicingArguments, assumedSize }: ListSize,
  otherwise: number,
): number | ByVariables {
  const assumed = assumedSize ?? otherwise;
  const values = slicingArguments.map((name) => ({
    given: node.arguments?.find((argument) => argument.name.value === name)?.value,
    standard: definitions.find((argument) => argument.name === name)?.defaultValue,
  }));
  const sizeOf: ByVariables = (variables) => {
    let size: number | undefined;
    for (const { given, standard } of values) {
      const value = numberIn(given, variables) ?? standard;
      if (typeof value === 'number' && (size === undefined || value > size)) size = value;
    }
    return Math.min(Math.max(0, size ?? assumed), LONGEST);
  };
  return values.some(({ given }) => given?.kind === Kind.VARIABLE) ? sizeOf : sizeOf({});
}

/** What the arguments of a field weigh besides the field: they, and what is in them. */
export function argumentsWeight(
  node: FieldNode,
  definitions: readonly GraphQLArgument[],
  { rules, weights }: { rules: CostRules; weights: ReadonlyMap<string, number> },
): number | ByVariables {
  let constant = 0;
  const weighed: { value: ValueNode; type: GraphQLInputType }[] = [];
  for (const { name, value } of node.arguments ?? []) {
    const definition = definitions.find((argument) => argument.name === name.value);
    constant += weights.get(name.value) ?? 0;
    if (definition && mayWeigh(definition.type, rules)) weighed.push({ value, type: definition.type });
  }
  if (weighed.length === 0) return constant;
  return (variables) =>
    weighed.reduce(
      (sum, { value, type }) => sum + inputWeight(valueFromASTUntyped(value, variables), type, rules),
      constant,
    );
}

function numberIn(node: ValueNode | undefined, variables: Readonly<JsonObject>): unknown {
  if (node?.kind === Kind.INT) return Number(node.value);
  return node?.kind === Kind.VARIABLE ? variables[node.name.value] : undefined;
}

function mayWeigh(type: GraphQLInputType, rules: CostRules, seen = new Set<GraphQLInputType>()): boolean {
  if (isNonNullType(type) || isListType(type)) return mayWeigh(type.ofType, rules, seen);
  if (!isInputObjectType(type) || seen.has(type)) return false;
  seen.add(type);
  return Object.values(type.getFields()).some(
    (field) => rules.inputFieldWeights.has(`${type.name}.${field.name}`) || mayWeigh(field.type, rules, seen),
  );
}

function inputWeight(value: unknown, type: GraphQLInputType, rules: CostRules): number {
  if (isNonNullType(type)) return inputWeight(value, type.ofType, rules);
  if (isListType(type)) {
    const items: unknown[] = Array.isArray(value) ? value : [value];
    return items.reduce<number>((sum, item) => sum + inputWeight(item, type.ofType, rules), 0);
  }
  if (!isInputObjectType(type) || !isJsonObject(value)) return 0;
  return Object.values(type.getFields()).reduce((sum, field) => {
    if (value[field.name] === undefined) return sum;
    const own = rules.inputFieldWeights.get(`${type.name}.${field.name}`) ?? 0;
    return sum + own + inputWeight(value[field.name], field.type, rules);
  }, 0);
}
