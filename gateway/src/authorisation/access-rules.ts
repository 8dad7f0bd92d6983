import { type ConstDirectiveNode, type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import type { AccessDirective } from './access-directives.ts';
import { type ProtectedType, protectedTypesOf } from './protected-types.ts';
import { isImplied, type Requirement, readRequirement } from './requirement.ts';

/** Who may see what in a supergraph: data that another thread can be sent. */
export interface AccessRules {
  /** All that it asks of viewers. */
  readonly requirements: readonly Requirement[];
  /**
   * What protected fields ask of the viewer, by `Type.field`, where the type is an object type or an interface, as it is known where
   * the field is selected: indexes of `requirements` that have to be met together, sorted.
   */
  readonly fields: ReadonlyMap<string, readonly number[]>;
}

/** What a field asks of the viewer, as `AccessRules` has it; nothing for a public one. */
export function requirementsOf({ fields }: AccessRules, type: string, field: string): readonly number[] {
  return fields.get(`${type}.${field}`) ?? [];
}

/**
 * Reads the rules of a supergraph. A field asks for what it says itself, what the type it is on and the one it returns say, and
 * what the fields ask for that subgraphs require for it. A field of an interface can turn out to be that of any of its types, so
 * it asks for what all of them do. What a returned interface asks for is left to the fields that are selected on it, since
 * composition puts there what its types ask for together; what it asks for beyond that is asked for by the field.
 * @param names which directives these are, by the names they have in the supergraph
 * @throws Error when one of them is not understood
 */
export function readAccessRules(supergraph: DocumentNode, names: ReadonlyMap<string, AccessDirective>): AccessRules {
  const interned = new Map<string, Requirement>();
  const types = protectedTypesOf(supergraph, requirementsIn);
  const requirements = [...interned.values()];
  const indexes = new Map(requirements.map((requirement, index) => [requirement, index]));

  /** Equal requirements are one. */
  function requirementsIn(directives: readonly ConstDirectiveNode[]): Requirement[] {
    return directives.flatMap((directive) => {
      const is = names.get(directive.name.value);
      if (!is) return [];
      const requirement = readRequirement(directive, is);
      const key = JSON.stringify(requirement);
      const first = interned.get(key) ?? requirement;
      interned.set(key, first);
      return [first];
    });
  }

  const fields = new Map<string, readonly number[]>();
  for (const [type, { fields: names }] of types) {
    for (const field of names.keys()) {
      const found = collectRequirements(types, type, field);
      if (found.size > 0) fields.set(`${type}.${field}`, sortedIndexes(found));
    }
  }
  return { requirements, fields };

  function sortedIndexes(found: ReadonlySet<Requirement>): readonly number[] {
    return [...found].map((requirement) => indexes.get(requirement) ?? 0).sort((a, b) => a - b);
  }
}

function collectRequirements(
  types: ReadonlyMap<string, ProtectedType>,
  typeName: string,
  fieldName: string,
): ReadonlySet<Requirement> {
  const found = new Set<Requirement>();
  const visited = new Set<string>();
  addField(typeName, fieldName);
  return found;

  function addField(name: string, field: string): void {
    const coordinate = `${name}.${field}`;
    if (visited.has(coordinate)) return;
    visited.add(coordinate);
    const type = types.get(name);
    if (!type) return;
    add(type.own);
    const { own, outputType, requires } = type.fields.get(field) ?? { own: [], outputType: '', requires: [] };
    add(own);
    add(askedOfWhoeverReturns(types, outputType));
    for (const fieldSet of requires) addFieldSet(name, fieldSet);
    for (const object of type.objects) addField(object, field);
  }

  function addFieldSet(type: string, { selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        addFieldSet(selection.typeCondition?.name.value ?? type, selection.selectionSet);
        continue;
      }
      addField(type, selection.name.value);
      const outputType = types.get(type)?.fields.get(selection.name.value)?.outputType;
      if (selection.selectionSet && outputType !== undefined) addFieldSet(outputType, selection.selectionSet);
    }
  }

  function add(requirements: readonly Requirement[]): void {
    for (const requirement of requirements) found.add(requirement);
  }
}

function askedOfWhoeverReturns(types: ReadonlyMap<string, ProtectedType>, name: string): readonly Requirement[] {
  const type = types.get(name);
  if (!type?.isInterface) return type?.own ?? [];
  const ofObjects = type.objects.flatMap((object) => types.get(object)?.own ?? []);
  return type.own.filter((requirement) => !isImplied(requirement, ofObjects));
}
