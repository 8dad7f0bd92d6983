import {
  type GraphQLInputType,
  type GraphQLSchema,
  getVariableValues,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';

/** Coerces variables as the client sent them; says what is wrong where they do not fit. */
export type CoerceVariables = (raw: Readonly<Record<string, unknown>>) => ReturnType<typeof getVariableValues>;

/** The coerced value, or `undefined` for one that has to be looked at with more care. */
type CoercePlain = (value: unknown) => unknown;

/**
 * Prepares the coercion of an operation's variables. Those of scalars, enums and lists of them, in particular the representations
 * of entities, are coerced without an account of where each value stands; anything unusual about them, and every other variable,
 * is left to graphql-js, which words the errors too.
 */
export function compileVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): CoerceVariables {
  const careful: CoerceVariables = (raw) => getVariableValues(schema, definitions, raw, { maxErrors: 50 });
  const plain: [name: string, CoercePlain][] = [];
  for (const { type: typeNode, variable } of definitions) {
    const type = typeFromAST(schema, typeNode);
    const coerce = isInputType(type) ? compilePlain(type) : undefined;
    // An object would take a value of that name for its prototype.
    if (coerce === undefined || variable.name.value === '__proto__') return careful;
    plain.push([variable.name.value, coerce]);
  }
  return (raw) => coercePlain(plain, raw) ?? careful(raw);
}

function coercePlain(plain: readonly [name: string, CoercePlain][], raw: Readonly<Record<string, unknown>>) {
  const coerced: { [name: string]: unknown } = {};
  for (const [name, coerce] of plain) {
    const value = Object.hasOwn(raw, name) ? quietly(coerce, raw[name]) : undefined;
    if (value === undefined) return undefined;
    coerced[name] = value;
  }
  return { coerced };
}

function quietly(coerce: CoercePlain, value: unknown): unknown {
  try {
    return coerce(value);
  } catch {
    return undefined;
  }
}

function compilePlain(type: GraphQLInputType): CoercePlain | undefined {
  if (isNonNullType(type)) {
    const coerce = compilePlain(type.ofType);
    return coerce && ((value) => (value === null ? undefined : coerce(value)));
  }
  if (isListType(type)) {
    const coerceItem = compilePlain(type.ofType);
    return coerceItem && ((values) => (values === null ? null : coerceItems(values, coerceItem)));
  }
  if (isLeafType(type)) return (value) => (value === null || value === undefined ? value : type.parseValue(value));
  return undefined;
}

function coerceItems(values: unknown, coerceItem: CoercePlain): unknown[] | undefined {
  if (!Array.isArray(values)) return undefined;
  const items: unknown[] = [];
  for (const value of values) {
    const item = coerceItem(value);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}
