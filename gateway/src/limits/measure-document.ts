import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { addSize, type OperationSize, SATURATED_SIZE, uniformSize } from './operation-size.ts';
import { argumentsDepth, valueDepth } from './value-depth.ts';

/** A chain of fragments can be longer than the stack is deep: what is further down than this is not read, and counts as endless. */
const NESTING_LIMIT = 500;

/** Where selections are. */
interface Place {
  /** Unknown in a document that is not valid. */
  readonly type: GraphQLNamedType | undefined;
  /** On how many object types they can be, at most. */
  readonly width: number;
  /** How many selection sets they are in. */
  readonly nesting: number;
}

/**
 * Measures a document as if all its fragments were expanded, without expanding them: each is measured once for every width that
 * it is spread at, so that the time taken grows with the document and not with its expansion. Fragments that no operation uses
 * are measured by themselves, since validation reads them too. A fragment within itself, which validation refuses, is empty.
 *
 * The document need not be valid.
 */
export function measureDocument(document: DocumentNode, schema: GraphQLSchema): OperationSize {
  return new DocumentMeasure(document, schema).total();
}

class DocumentMeasure {
  readonly #schema: GraphQLSchema;
  readonly #operations: OperationDefinitionNode[] = [];
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  /** By fragment and width. */
  readonly #measured = new Map<string, Map<number, OperationSize>>();
  /** The fragments that the walk is in. */
  readonly #entered = new Set<string>();

  constructor(document: DocumentNode, schema: GraphQLSchema) {
    this.#schema = schema;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION) this.#operations.push(definition);
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
  }

  total(): OperationSize {
    const total = uniformSize(0);
    for (const operation of this.#operations) {
      const { rootFields, ...size } = this.#ofOperation(operation);
      addSize(total, size);
      total.rootFields = Math.max(total.rootFields, rootFields);
    }
    const unused = [...this.#fragments].filter(([name]) => !this.#measured.has(name));
    for (const [name, { typeCondition }] of unused) {
      const type = this.#schema.getType(typeCondition.name.value);
      const { rootFields, ...size } = this.#ofFragment(name, { type, width: this.#widthOf(type), nesting: 0 });
      addSize(total, size);
    }
    return total;
  }

  #ofOperation({
    operation,
    selectionSet,
    directives,
    variableDefinitions = [],
  }: OperationDefinitionNode): OperationSize {
    const type = this.#schema.getRootType(operation) ?? undefined;
    const size = this.#ofSelections(selectionSet, { type, width: 1, nesting: 0 });
    addSize(size, sizeOfDirectives(directives));
    for (const variable of variableDefinitions) {
      addSize(size, sizeOfDirectives(variable.directives));
      if (variable.defaultValue) addSize(size, { depth: valueDepth(variable.defaultValue) });
    }
    return size;
  }

  #ofSelections({ selections }: SelectionSetNode, place: Place): OperationSize {
    if (place.nesting > NESTING_LIMIT) return uniformSize(SATURATED_SIZE);
    const size = uniformSize(0);
    for (const selection of selections) {
      addSize(size, sizeOfDirectives(selection.directives));
      addSize(
        size,
        selection.kind === Kind.FIELD ? this.#ofField(selection, place) : this.#ofContent(selection, place),
      );
    }
    return size;
  }

  #ofField({ alias, name, arguments: args, selectionSet }: FieldNode, { type, width, nesting }: Place): OperationSize {
    const fieldType = typeOfField(type, name.value);
    const place = { type: fieldType, width: this.#widthOf(fieldType), nesting: nesting + 1 };
    const below = selectionSet ? this.#ofSelections(selectionSet, place) : uniformSize(0);
    return {
      ...below,
      depth: 1 + Math.max(below.depth, argumentsDepth(args)),
      fields: 1 + below.fields,
      typedFields: width * (1 + below.typedFields),
      aliases: (alias ? 1 : 0) + below.aliases,
      rootFields: 1,
    };
  }

  #ofContent(selection: Exclude<SelectionNode, FieldNode>, place: Place): OperationSize {
    const content =
      selection.kind === Kind.INLINE_FRAGMENT
        ? this.#ofSelections(selection.selectionSet, this.#narrowed(place, selection.typeCondition?.name.value))
        : this.#ofFragment(selection.name.value, place);
    return { ...content, fragments: 1 + content.fragments };
  }

  #ofFragment(name: string, place: Place): OperationSize {
    const fragment = this.#fragments.get(name);
    if (!fragment || this.#entered.has(name)) return uniformSize(0);
    const narrowed = this.#narrowed(place, fragment.typeCondition.name.value);
    const byWidth = this.#measured.get(name) ?? new Map<number, OperationSize>();
    this.#measured.set(name, byWidth);
    const known = byWidth.get(narrowed.width);
    if (known) return known;
    this.#entered.add(name);
    const size = this.#ofSelections(fragment.selectionSet, narrowed);
    addSize(size, sizeOfDirectives(fragment.directives));
    this.#entered.delete(name);
    byWidth.set(narrowed.width, size);
    return size;
  }

  /** The place inside a fragment. Its width is an upper bound, as the types of both need not be the same ones. */
  #narrowed({ type, width, nesting }: Place, condition: string | undefined): Place {
    if (condition === undefined) return { type, width, nesting: nesting + 1 };
    const narrower = this.#schema.getType(condition);
    return { type: narrower, width: Math.min(width, this.#widthOf(narrower)), nesting: nesting + 1 };
  }

  #widthOf(type: GraphQLNamedType | undefined): number {
    return isAbstractType(type) ? this.#schema.getPossibleTypes(type).length : 1;
  }
}

function typeOfField(parent: GraphQLNamedType | undefined, name: string): GraphQLNamedType | undefined {
  if (!isObjectType(parent) && !isInterfaceType(parent)) return undefined;
  const field = parent.getFields()[name];
  return field && getNamedType(field.type);
}

function sizeOfDirectives(directives: readonly DirectiveNode[] = []): Partial<OperationSize> {
  const depth = directives.reduce((deepest, { arguments: args }) => Math.max(deepest, argumentsDepth(args)), 0);
  return { directives: directives.length, depth };
}
