import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';
import { parseFieldSet, stringArgument } from '../planning/field-set.ts';
import type { Requirement } from './requirement.ts';

/** What a supergraph says of one field. */
export interface ProtectedField {
  readonly own: readonly Requirement[];
  /** Without lists and non-null. */
  readonly outputType: string;
  /** What subgraphs are sent for it that the client need not have asked for. */
  readonly requires: readonly SelectionSetNode[];
}

/** What a supergraph says of one type that answers are made of. */
export interface ProtectedType {
  readonly own: readonly Requirement[];
  readonly isInterface: boolean;
  /** Of an interface: the object types that implement it. */
  readonly objects: readonly string[];
  readonly fields: ReadonlyMap<string, ProtectedField>;
}

/**
 * The types of a supergraph by name.
 * @param requirementsIn what directives ask for
 */
export function protectedTypesOf(
  supergraph: DocumentNode,
  requirementsIn: (directives: readonly ConstDirectiveNode[]) => readonly Requirement[],
): ReadonlyMap<string, ProtectedType> {
  const objectsOf = objectsByInterface(supergraph);
  const types = new Map<string, ProtectedType>();
  for (const definition of supergraph.definitions) {
    const isLeaf = definition.kind === Kind.SCALAR_TYPE_DEFINITION || definition.kind === Kind.ENUM_TYPE_DEFINITION;
    if (!isLeaf && !hasFields(definition)) continue;
    const { fields = [] } = isLeaf ? {} : definition;
    types.set(definition.name.value, {
      own: requirementsIn(definition.directives ?? []),
      isInterface: definition.kind === Kind.INTERFACE_TYPE_DEFINITION,
      objects: objectsOf.get(definition.name.value) ?? [],
      fields: new Map(fields.map((field) => [field.name.value, protectedField(field)])),
    });
  }
  return types;

  function protectedField({ type, directives = [] }: FieldDefinitionNode): ProtectedField {
    return { own: requirementsIn(directives), outputType: nameOf(type), requires: fieldSetsIn(directives) };
  }
}

function hasFields(definition: DefinitionNode): definition is ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode {
  return definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function objectsByInterface(supergraph: DocumentNode): ReadonlyMap<string, readonly string[]> {
  const objects = new Map<string, string[]>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const { name } of definition.interfaces ?? []) {
      const known = objects.get(name.value) ?? [];
      known.push(definition.name.value);
      objects.set(name.value, known);
    }
  }
  return objects;
}

/** @see https://specs.apollo.dev/join/v0.3/#@field */
function fieldSetsIn(directives: readonly ConstDirectiveNode[]): SelectionSetNode[] {
  return directives.flatMap((directive) => {
    const requires = directive.name.value === 'join__field' ? stringArgument(directive, 'requires') : undefined;
    return requires ? [parseFieldSet(requires)] : [];
  });
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}
