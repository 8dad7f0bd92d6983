import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isUnionType,
} from 'graphql';
import { createEntropy, type Entropy } from './entropy.ts';
import { ENTITY_COUNT } from './mock-values.ts';

export interface GeneratedOperation {
  source: string;
  variables: Record<string, unknown>;
}

const MAX_DEPTH = 5;
const MAX_FIELDS = 40;

/**
 * An operation with fragments, aliases, variables, directives and type conditions. It fits the schema except that selections of
 * one name may contradict each other: a caller validates it.
 * @param numbers decide everything; the same ones give the same operation
 */
export function generateOperation(schema: GraphQLSchema, numbers: readonly number[]): GeneratedOperation {
  const entropy = createEntropy(numbers);
  const variables = new VariableList(entropy);
  const fragments = new Map<string, string>();
  let fieldsLeft = MAX_FIELDS;

  const kind = schema.getMutationType() && entropy.oneIn(6) ? 'mutation' : 'query';
  const root = kind === 'mutation' ? schema.getMutationType() : schema.getQueryType();
  if (!root) throw new Error(`the schema has no ${kind} type`);
  const selectionSet = selectionSetOf(root, 0);
  const source = `${kind}${variables.definitions()} ${selectionSet}${[...fragments.values()].map((text) => `\n${text}`).join('')}`;
  return { source, variables: variables.values };

  function selectionSetOf(type: GraphQLCompositeType, depth: number): string {
    const count = 1 + entropy.below(depth === 0 ? 3 : 5);
    const selections = new Set(Array.from({ length: count }, () => selectionOf(type, depth)));
    return `{ ${[...selections].join(' ')} }`;
  }

  function selectionOf(type: GraphQLCompositeType, depth: number): string {
    const isRoot = depth === 0;
    if (
      !isRoot &&
      depth < MAX_DEPTH &&
      fieldsLeft > 0 &&
      (isUnionType(type) || entropy.oneIn(isAbstractType(type) ? 3 : 8))
    ) {
      return fragmentOf(type, depth);
    }
    if (isUnionType(type) || entropy.oneIn(12)) return `${aliasOf()}__typename${conditionOf(isRoot)}`;
    const fields = Object.values(type.getFields());
    const leaves = fields.filter((field) => !isCompositeType(getNamedType(field.type)));
    const mayNest = depth < MAX_DEPTH && fieldsLeft-- > 0;
    // The key comes first in most types, and is what tells least.
    const [first, ...rest] = (mayNest ? fields : leaves).toReversed();
    return first ? fieldOf(entropy.pick([first, ...rest]), depth) : '__typename';
  }

  function fieldOf(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    const nested = isCompositeType(type) ? ` ${selectionSetOf(type, depth + 1)}` : '';
    return `${aliasOf()}${field.name}${argumentsOf(field)}${conditionOf(depth === 0)}${nested}`;
  }

  /** Aliases that other fields have as their names, and names that every object inherits, are among them. */
  function aliasOf(): string {
    return entropy.oneIn(6) ? `${entropy.pick(['a', 'b', 'id', 'name', 'constructor', '__proto__'])}: ` : '';
  }

  function fragmentOf(type: GraphQLCompositeType, depth: number): string {
    const conditions = isAbstractType(type) ? [...schema.getPossibleTypes(type), type] : [type];
    const condition = conditions[entropy.below(conditions.length)] ?? type;
    const text = selectionSetOf(condition, depth + 1);
    if (!entropy.oneIn(3)) return `... on ${condition.name}${conditionOf(false)} ${text}`;
    const name = `F${fragments.size}`;
    fragments.set(name, `fragment ${name} on ${condition.name} ${text}`);
    return `...${name}${conditionOf(false)}`;
  }

  function conditionOf(isRoot: boolean): string {
    if (isRoot || !entropy.oneIn(10)) return '';
    const directive = entropy.pick(['include', 'skip']);
    return ` @${directive}(if: ${entropy.oneIn(4) ? entropy.oneIn(2) : variables.condition()})`;
  }

  function argumentsOf({ args }: GraphQLField<unknown, unknown>): string {
    const given = args.filter((argument) => isRequired(argument) || entropy.oneIn(2));
    if (given.length === 0) return '';
    return `(${given.map((argument) => `${argument.name}: ${argumentValue(argument)}`).join(', ')})`;
  }

  function argumentValue({ type }: GraphQLArgument): string {
    const literal = literalOf(type, 0);
    return entropy.oneIn(3) ? variables.add(String(type), literal) : literal.text;
  }

  function literalOf(type: GraphQLInputType, depth: number): Literal {
    if (isNonNullType(type)) return literalOf(type.ofType, depth);
    if (isListType(type)) return listOf([literalOf(type.ofType, depth)]);
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => isRequired(field) || (depth < 2 && entropy.oneIn(3)),
      );
      return objectOf(fields.map((field) => [field.name, literalOf(field.type, depth + 1)]));
    }
    if (isEnumType(type)) {
      const value = type.getValues()[entropy.below(type.getValues().length)]?.name ?? '';
      return { text: value, value };
    }
    if (type.name === 'Boolean') return jsonLiteral(entropy.oneIn(2));
    if (type.name === 'Int' || type.name === 'Float') return jsonLiteral(1 + entropy.below(9));
    return jsonLiteral(`${entropy.below(ENTITY_COUNT)}`);
  }
}

/** A value as GraphQL and as a variable. */
interface Literal {
  text: string;
  value: unknown;
}

function jsonLiteral(value: string | number | boolean): Literal {
  return { text: JSON.stringify(value), value };
}

function listOf(items: readonly Literal[]): Literal {
  return { text: `[${items.map(({ text }) => text).join(', ')}]`, value: items.map(({ value }) => value) };
}

function objectOf(fields: readonly (readonly [string, Literal])[]): Literal {
  return {
    text: `{${fields.map(([name, { text }]) => `${name}: ${text}`).join(', ')}}`,
    value: Object.fromEntries(fields.map(([name, { value }]) => [name, value])),
  };
}

function isRequired({ type, defaultValue }: { type: GraphQLInputType; defaultValue?: unknown }): boolean {
  return isNonNullType(type) && defaultValue === undefined;
}

/** The variables of one operation; some have their value as a default only. */
class VariableList {
  readonly values: Record<string, unknown> = {};
  readonly #definitions: string[] = [];
  readonly #conditions: string[] = [];
  readonly #entropy: Entropy;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  add(type: string, { text, value }: Literal): string {
    const name = `v${this.#definitions.length}`;
    const isDefault = this.#entropy.oneIn(3);
    if (!isDefault) this.values[name] = value;
    this.#definitions.push(`$${name}: ${type}${isDefault ? ` = ${text}` : ''}`);
    return `$${name}`;
  }

  /** Few variables decide many conditions, so that plans have to tell them apart and apply them together. */
  condition(): string {
    const known = this.#conditions[this.#entropy.below(3)];
    if (known) return known;
    const added = this.add('Boolean!', jsonLiteral(this.#entropy.oneIn(2)));
    this.#conditions.push(added);
    return added;
  }

  definitions(): string {
    return this.#definitions.length > 0 ? `(${this.#definitions.join(', ')})` : '';
  }
}
