import {
  type DirectiveNode,
  type DocumentNode,
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
import type { OperationLimits } from './operation-limits.ts';
import { valueDepth } from './value-depth.ts';

/** How much there is of what is limited; tokens are counted by the parser. */
export type OperationSize = Record<Exclude<keyof OperationLimits, 'tokens'>, number>;

/** Counts stop here, where every limit has been exceeded long ago; products of two of them are still exact. */
export const SATURATED_SIZE = 10_000_000;

/** A chain of fragments can be longer than the stack is deep; below this many levels nothing is counted, it is all too large. */
const NESTING_LIMIT = 500;

const COUNTS = ['fields', 'typedFields', 'fragments', 'aliases', 'directives'] as const;

/** Where selections are: on a type, which may be one of several, or unknown in a document that is not valid. */
interface Place {
  type: GraphQLNamedType | undefined;
  /** On how many object types they can be, at most. */
  width: number;
  nesting: number;
}

/**
 * Measures a document as if all its fragments were expanded, without expanding them: each is measured once for every width that
 * it is spread at, so that the time taken grows with the document and not with its expansion. Fragments that no operation uses
 * are measured by themselves, since validation reads them too. A fragment within itself, which validation refuses, is empty.
 *
 * The document need not be valid.
 */
export function measureDocument(document: DocumentNode, schema: GraphQLSchema): OperationSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  const measured = new Map<string, Map<number, OperationSize>>();
  const entered = new Set<string>();

  function ofOperation({ operation, selectionSet, directives, variableDefinitions = [] }: OperationDefinitionNode) {
    const type = schema.getRootType(operation) ?? undefined;
    const size = ofSelections(selectionSet, { type, width: 1, nesting: 0 });
    addDirectives(size, directives);
    for (const variable of variableDefinitions) {
      addDirectives(size, variable.directives);
      if (variable.defaultValue) size.depth = Math.max(size.depth, valueDepth(variable.defaultValue));
    }
    return size;
  }

  function ofSelections({ selections }: SelectionSetNode, place: Place): OperationSize {
    const size = emptySize();
    if (place.nesting > NESTING_LIMIT) return saturatedSize();
    for (const selection of selections) {
      addDirectives(size, selection.directives);
      addSelection(size, selection, place);
    }
    return size;
  }

  function addSelection(size: OperationSize, selection: SelectionNode, place: Place): void {
    const nesting = place.nesting + 1;
    if (selection.kind === Kind.FIELD) {
      const { alias, name, arguments: args = [], selectionSet } = selection;
      const type = fieldType(place.type, name.value);
      const below = selectionSet ? ofSelections(selectionSet, { type, width: widthOf(type), nesting }) : emptySize();
      const typedFields = place.width * (1 + below.typedFields);
      const argumentDepth = args.reduce((deepest, { value }) => Math.max(deepest, valueDepth(value)), 0);
      addSize(size, { ...below, fields: below.fields + 1, typedFields, aliases: below.aliases + (alias ? 1 : 0) });
      size.depth = saturate(Math.max(size.depth, 1 + Math.max(below.depth, argumentDepth)));
      size.rootFields = saturate(size.rootFields + 1);
      return;
    }
    const inside =
      selection.kind === Kind.INLINE_FRAGMENT
        ? ofSelections(selection.selectionSet, narrowed(place, selection.typeCondition?.name.value))
        : ofFragment(selection.name.value, place);
    addSize(size, { ...inside, fragments: inside.fragments + 1 });
    size.depth = Math.max(size.depth, inside.depth);
    size.rootFields = saturate(size.rootFields + inside.rootFields);
  }

  function ofFragment(name: string, place: Place): OperationSize {
    const fragment = fragments.get(name);
    if (!fragment || entered.has(name)) return emptySize();
    const within = narrowed(place, fragment.typeCondition.name.value);
    const byWidth = measured.get(name) ?? new Map<number, OperationSize>();
    measured.set(name, byWidth);
    const known = byWidth.get(within.width);
    if (known) return known;
    entered.add(name);
    const size = ofSelections(fragment.selectionSet, within);
    addDirectives(size, fragment.directives);
    entered.delete(name);
    byWidth.set(within.width, size);
    return size;
  }

  function narrowed({ type, width, nesting }: Place, condition: string | undefined): Place {
    if (condition === undefined) return { type, width, nesting: nesting + 1 };
    const narrower = schema.getType(condition);
    return { type: narrower, width: Math.min(width, widthOf(narrower)), nesting: nesting + 1 };
  }

  function widthOf(type: GraphQLNamedType | undefined): number {
    return isAbstractType(type) ? schema.getPossibleTypes(type).length : 1;
  }

  const total = emptySize();
  const addWhole = (size: OperationSize) => {
    addSize(total, size);
    total.depth = Math.max(total.depth, size.depth);
    total.rootFields = Math.max(total.rootFields, size.rootFields);
  };
  for (const operation of operations) addWhole(ofOperation(operation));
  const unused = [...fragments.keys()].filter((name) => !measured.has(name));
  for (const name of unused) {
    const type = schema.getType(fragments.get(name)?.typeCondition.name.value ?? '');
    addWhole({ ...ofFragment(name, { type, width: widthOf(type), nesting: 0 }), rootFields: 0 });
  }
  return total;
}

function fieldType(parent: GraphQLNamedType | undefined, name: string): GraphQLNamedType | undefined {
  if (!isObjectType(parent) && !isInterfaceType(parent)) return undefined;
  const field = parent.getFields()[name];
  return field && getNamedType(field.type);
}

function addDirectives(size: OperationSize, directives: readonly DirectiveNode[] = []): void {
  size.directives = saturate(size.directives + directives.length);
  for (const { arguments: args = [] } of directives) {
    for (const { value } of args) size.depth = Math.max(size.depth, valueDepth(value));
  }
}

function addSize(size: OperationSize, part: OperationSize): void {
  for (const name of COUNTS) size[name] = saturate(size[name] + part[name]);
}

function saturate(count: number): number {
  return Math.min(count, SATURATED_SIZE);
}

function emptySize(): OperationSize {
  return sizeOf(0);
}

function saturatedSize(): OperationSize {
  return sizeOf(SATURATED_SIZE);
}

function sizeOf(count: number): OperationSize {
  return {
    depth: count,
    fields: count,
    typedFields: count,
    fragments: count,
    aliases: count,
    rootFields: count,
    directives: count,
  };
}
