import type { OperationSize } from '@tributary/gateway/limits/operation-size';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** A selection with no fragment spread in it, and on how many object types it can be. */
interface Placed {
  selection: SelectionNode;
  parent: GraphQLNamedType | undefined;
  width: number;
}

/**
 * The size of a valid document of one operation without variables or values, in the simplest way that can be right: it writes all
 * selections out, every fragment in place, and counts what is there.
 */
export function expandedSize(document: DocumentNode, schema: GraphQLSchema): OperationSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const widthOf = (type: GraphQLNamedType | undefined) =>
    isAbstractType(type) ? schema.getPossibleTypes(type).length : 1;

  /** Everything that one level selects, fragments and what is in them too. */
  function level({ selections }: SelectionSetNode, parent: GraphQLNamedType | undefined, width: number): Placed[] {
    return selections.flatMap((selection): Placed[] => {
      const placed = { selection, parent, width };
      if (selection.kind === Kind.FIELD) return [placed];
      const content = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (!content) throw new Error(`there is no fragment ${selection.kind}`);
      const type = content.typeCondition ? schema.getType(content.typeCondition.name.value) : parent;
      return [placed, ...level(content.selectionSet, type, Math.min(width, widthOf(type)))];
    });
  }

  /** `times` is on how many branches of object types the level is. */
  function count(placed: readonly Placed[], depth: number, times: number): void {
    for (const { selection, parent, width } of placed) {
      size.directives += selection.directives?.length ?? 0;
      if (selection.kind !== Kind.FIELD) {
        size.fragments += 1;
        continue;
      }
      size.fields += 1;
      size.typedFields += times * width;
      size.aliases += selection.alias ? 1 : 0;
      size.depth = Math.max(size.depth, depth);
      if (!selection.selectionSet) continue;
      const field =
        isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[selection.name.value] : undefined;
      const type = field && getNamedType(field.type);
      count(level(selection.selectionSet, type, widthOf(type)), depth + 1, times * width);
    }
  }

  const size: OperationSize = {
    depth: 0,
    fields: 0,
    typedFields: 0,
    fragments: 0,
    aliases: 0,
    rootFields: 0,
    directives: 0,
  };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const root = level(definition.selectionSet, schema.getRootType(definition.operation) ?? undefined, 1);
    size.rootFields = root.filter(({ selection }) => selection.kind === Kind.FIELD).length;
    count(root, 1, 1);
  }
  return size;
}
