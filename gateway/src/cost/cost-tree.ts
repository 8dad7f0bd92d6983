import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import { argumentsWeight, type ByVariables, listSizeOf } from './argument-cost.ts';
import { type CollectedField, type Condition, collectFields } from './collected-fields.ts';
import type { CostRules } from './cost-rules.ts';

/** What there is to weigh in an object of one type. */
export interface ObjectCost {
  readonly type: string;
  /** Of each object. */
  readonly weight: number;
  readonly fields: readonly FieldCost[];
}

/** A field that weighs something, itself or in what it gives. */
export interface FieldCost {
  /** Under which its value is in an answer. */
  readonly key: string;
  readonly condition: Condition | undefined;
  /** An index of the rules' subgraphs: of the one that is likely to resolve it. */
  readonly subgraph: number;
  /** Each time that it is resolved. */
  readonly weight: number | ByVariables;
  /** How many values it gives at most, as far as is known before. */
  readonly size: number | ByVariables;
  /** For every type that a value may have; none where values weigh nothing. */
  readonly values: readonly ObjectCost[];
}

/** What an operation costs, as a tree of what weighs something in it. */
export interface CostTree {
  readonly root: readonly FieldCost[];
  /** There is more in it than can be looked at. */
  readonly isEndless: boolean;
}

export interface CostTreeOptions {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  readonly rules: CostRules;
  /** How long a list is taken to be of which nothing is said. */
  readonly listSize: number;
}

/** A field of Mutation changes something, whatever it gives. */
const MUTATION_WEIGHT = 10;
/** Limits on the size of operations keep them below this, unless they are switched off. */
const MOST_FIELDS = 20_000;

/**
 * Compiles the costs of an operation, as IBM's specification has them: a field weighs what its `@cost` says, else nothing, or 10 if
 * it is one of Mutation; an object that it gives what the `@cost` of its type says, else 1; a scalar nothing.
 * @param document one operation and its fragments, valid for the schema
 * @see https://ibm.github.io/graphql-specs/cost-spec.html
 */
export function compileCostTree(document: DocumentNode, options: CostTreeOptions): CostTree {
  return new CostCompiler(document, options).compile();
}

class CostCompiler {
  readonly #options: CostTreeOptions;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #subgraphs: ReadonlyMap<string, number>;
  readonly #operation: OperationDefinitionNode;
  #fields = 0;

  constructor(document: DocumentNode, options: CostTreeOptions) {
    this.#options = options;
    this.#subgraphs = new Map(options.rules.subgraphs.map((name, index) => [name, index]));
    const operations: OperationDefinitionNode[] = [];
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
      if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    }
    const [operation] = operations;
    if (!operation) throw new TypeError('the document has no operation');
    this.#operation = operation;
  }

  compile(): CostTree {
    const type = this.#options.schema.getRootType(this.#operation.operation);
    if (!type) throw new TypeError(`the schema has no root type for a ${this.#operation.operation}`);
    const root = this.#fieldsOf(type, [this.#operation.selectionSet], { subgraph: 0, sizes: new Map() });
    return { root, isEndless: this.#fields > MOST_FIELDS };
  }

  #fieldsOf(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[], place: Place): FieldCost[] {
    const costs: FieldCost[] = [];
    for (const [key, field] of collectFields(this.#options.schema, this.#fragments, type, selectionSets)) {
      if (++this.#fields > MOST_FIELDS) break;
      const cost = this.#fieldOf(type, key, field, place);
      if (cost) costs.push(cost);
    }
    return costs;
  }

  /** @returns `undefined` for what weighs nothing: a scalar, as a rule */
  #fieldOf(type: GraphQLObjectType, key: string, field: CollectedField, place: Place): FieldCost | undefined {
    const { rules, listSize } = this.#options;
    const [node] = field.nodes;
    const definition = node && type.getFields()[node.name.value];
    if (!node || !definition) return undefined;
    const rule = rules.fields.get(`${type.name}.${definition.name}`);
    const subgraph = this.#subgraphOf(rule?.subgraphs ?? [], place.subgraph);
    const size = rule?.listSize
      ? listSizeOf(node, definition.args, rule.listSize, listSize)
      : (place.sizes.get(definition.name) ?? listSize);
    const isList = isListOf(definition.type);
    const sizes = new Map(rule?.listSize?.sizedFields.map((name) => [name, size]));
    const values = this.#valuesOf(definition, field.nodes, { subgraph, sizes });
    const weight = this.#weightOf(node, definition, rule?.weight, rule?.argumentWeights ?? new Map());
    if (weight === 0 && values.length === 0) return undefined;
    return { key, condition: field.condition, subgraph, weight, size: isList ? size : 1, values };
  }

  #weightOf(
    node: FieldNode,
    definition: GraphQLField<unknown, unknown>,
    given: number | undefined,
    weights: ReadonlyMap<string, number>,
  ): number | ByVariables {
    const { schema, rules } = this.#options;
    const isMutation = schema.getMutationType()?.getFields()[definition.name] === definition;
    const own = given ?? (isMutation && this.#operation.operation === OperationTypeNode.MUTATION ? MUTATION_WEIGHT : 0);
    const inArguments = argumentsWeight(node, definition.args, { rules, weights });
    return typeof inArguments === 'number' ? own + inArguments : (variables) => own + inArguments(variables);
  }

  #valuesOf({ type }: GraphQLField<unknown, unknown>, nodes: readonly FieldNode[], place: Place): ObjectCost[] {
    const { schema, rules } = this.#options;
    const named = getNamedType(type);
    const objects = isAbstractType(named) ? schema.getPossibleTypes(named) : isObjectType(named) ? [named] : [];
    if (objects.length === 0) {
      const weight = rules.typeWeights.get(named.name) ?? 0;
      return weight === 0 ? [] : [{ type: named.name, weight, fields: [] }];
    }
    const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    return objects.map((object) => ({
      type: object.name,
      weight: rules.typeWeights.get(object.name) ?? 1,
      fields: this.#fieldsOf(object, selectionSets, place),
    }));
  }

  /** The one around it where that has the field too: the planner changes subgraphs where it must. */
  #subgraphOf(candidates: readonly string[], around: number): number {
    const indices = candidates.map((name) => this.#subgraphs.get(name) ?? 0);
    return indices.includes(around) ? around : (indices[0] ?? around);
  }
}

/** Where fields are. */
interface Place {
  readonly subgraph: number;
  /** Of lists whose length is said further up. */
  readonly sizes: ReadonlyMap<string, number | ByVariables>;
}

function isListOf(type: GraphQLOutputType): boolean {
  return isNonNullType(type) ? isListOf(type.ofType) : isListType(type);
}
