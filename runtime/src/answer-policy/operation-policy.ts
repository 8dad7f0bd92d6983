import {
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { OperationPolicy } from './answer-policy.ts';
import { type CacheHint, cacheControlHeader, narrowerHint, UNCACHEABLE } from './cache-hint.ts';
import { entityHint, fieldHint } from './schema-hints.ts';

/** An operation of a valid document, with the variables that decide about its fields. */
export interface ConditionedOperation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: { readonly [name: string]: FragmentDefinitionNode };
  readonly conditions: { readonly [variable: string]: unknown };
}

/**
 * How the answers to an operation may be cached, from nothing but the hints in the schema, so that no execution has to look at
 * them: the narrowest of all fields that it selects. Apollo Server looks at the fields that an answer has come to; where that is
 * all of them it says the same, and where an object is missing or of another type it may allow more. A mutation is never cached.
 */
export function operationPolicy(conditioned: ConditionedOperation): OperationPolicy {
  const isQuery = conditioned.operation.operation === OperationTypeNode.QUERY;
  const hint = isQuery ? new QueryHints(conditioned).narrowest() : UNCACHEABLE;
  return { hint, header: cacheControlHeader(hint) };
}

class QueryHints {
  readonly #conditioned: ConditionedOperation;
  readonly #root: GraphQLObjectType | null | undefined;
  /** For which types selections were looked at: a fragment that is spread often says the same each time. */
  readonly #visited = new Map<SelectionSetNode, Set<string>>();
  #hint: CacheHint = {};

  constructor(conditioned: ConditionedOperation) {
    this.#conditioned = conditioned;
    this.#root = conditioned.schema.getQueryType();
  }

  narrowest(): CacheHint {
    if (this.#root) this.#visit(this.#conditioned.operation.selectionSet, [this.#root]);
    return this.#hint;
  }

  #visit(set: SelectionSetNode, parents: readonly GraphQLObjectType[]): void {
    if (parents.length === 0 || !this.#isFirstVisit(set, parents)) return;
    for (const selection of this.#includedIn(set)) {
      if (selection.kind === Kind.FIELD) {
        for (const parent of parents) this.#visitField(selection, parent);
        continue;
      }
      const { typeCondition, selectionSet } = this.#fragmentOf(selection);
      const possible = typeCondition && this.#objectTypesOf(typeCondition);
      this.#visit(selectionSet, possible ? parents.filter((parent) => possible.includes(parent)) : parents);
    }
  }

  #visitField(node: FieldNode, parent: GraphQLObjectType): void {
    const field = parent.getFields()[node.name.value];
    // Introspection says nothing about caching.
    if (!field) return;
    const isRoot = parent === this.#root;
    const type = getNamedType(field.type);
    if (node.selectionSet === undefined || !isCompositeType(type)) {
      this.#narrow(fieldHint(field, { isRoot }));
      return;
    }
    if (isRoot && field.name === '_entities') {
      for (const entity of this.#entitiesIn(node.selectionSet, type)) this.#narrow(entityHint(entity));
    } else {
      this.#narrow(fieldHint(field, { isRoot }));
    }
    this.#visit(node.selectionSet, this.#objectTypesOf(type));
  }

  /** The types of the references that a gateway sends: those it selects something of. */
  #entitiesIn(set: SelectionSetNode, union: GraphQLCompositeType): readonly GraphQLCompositeType[] {
    const conditions = this.#includedIn(set)
      .filter((selection) => selection.kind !== Kind.FIELD)
      .map((selection) => this.#fragmentOf(selection).typeCondition);
    if (conditions.length === 0 || conditions.some((type) => type === undefined || type === union)) {
      return this.#objectTypesOf(union);
    }
    const selected = conditions.filter((type) => type !== undefined);
    return selected.flatMap((type) => [type, ...this.#objectTypesOf(type)]);
  }

  #narrow(hint: CacheHint): void {
    this.#hint = narrowerHint(this.#hint, hint);
  }

  #isFirstVisit(set: SelectionSetNode, parents: readonly GraphQLObjectType[]): boolean {
    const key = parents.map(({ name }) => name).join();
    const keys = this.#visited.get(set) ?? new Set();
    this.#visited.set(set, keys);
    if (keys.has(key)) return false;
    keys.add(key);
    return true;
  }

  #includedIn({ selections }: SelectionSetNode): readonly SelectionNode[] {
    const { conditions } = this.#conditioned;
    return selections.filter(
      (node) =>
        getDirectiveValues(GraphQLSkipDirective, node, conditions)?.['if'] !== true &&
        getDirectiveValues(GraphQLIncludeDirective, node, conditions)?.['if'] !== false,
    );
  }

  #fragmentOf(node: FragmentSpreadNode | InlineFragmentNode): {
    readonly typeCondition: GraphQLCompositeType | undefined;
    readonly selectionSet: SelectionSetNode;
  } {
    const { schema, fragments } = this.#conditioned;
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments[node.name.value];
    const type = fragment?.typeCondition && schema.getType(fragment.typeCondition.name.value);
    return {
      typeCondition: isCompositeType(type) ? type : undefined,
      selectionSet: fragment?.selectionSet ?? { kind: Kind.SELECTION_SET, selections: [] },
    };
  }

  #objectTypesOf(type: GraphQLCompositeType): readonly GraphQLObjectType[] {
    return isAbstractType(type) ? this.#conditioned.schema.getPossibleTypes(type) : [type];
  }
}
