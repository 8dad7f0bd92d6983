import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';
import { parseFieldSet, stringArgument } from './field-set.ts';

/** A field with the arguments that a `@requires` gives it. */
export interface RequiredField {
  name: string;
  arguments: readonly ArgumentNode[];
}

/** A supergraph in which every required field with arguments is a field of its own. */
export interface SeparatedSupergraph {
  document: DocumentNode;
  /** What the fields stand for, by the names they have in `document` alone. */
  requiredFields: ReadonlyMap<string, RequiredField>;
  /** The names in `requiredFields` that a field requires, by `Type.field`. */
  requirements: ReadonlyMap<string, ReadonlySet<string>>;
}

type FieldsType = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/**
 * The planner knows required fields by their names alone, so that of `price(currency: USD)` and `price(currency: EUR)` it fetches
 * one and gives it to both. Here each gets a field without arguments; `restoreRequiredFields` puts the arguments back into the
 * plan.
 * @param supergraph as composition makes it
 */
export function separateRequiredArguments(supergraph: DocumentNode): SeparatedSupergraph {
  const types = new Map<string, FieldsType>();
  for (const definition of supergraph.definitions)
    if (hasFields(definition)) types.set(definition.name.value, definition);
  const requiredFields = new Map<string, RequiredField>();
  const requirements = new Map<string, Set<string>>();
  /** The fields to be added, by type and then by the text of what they stand for. */
  const added = new Map<string, Map<string, { name: string; original: string }>>();

  const definitions = supergraph.definitions.map((definition) =>
    hasFields(definition) ? rewritten(definition) : definition,
  );
  return {
    document: {
      ...supergraph,
      definitions: definitions.map((definition) => (hasFields(definition) ? extended(definition) : definition)),
    },
    requiredFields,
    requirements,
  };

  function rewritten(type: FieldsType): FieldsType {
    const fields = type.fields?.map((field) => ({
      ...field,
      directives:
        field.directives?.map((directive) => withoutArguments(directive, type.name.value, field.name.value)) ?? [],
    }));
    return { ...type, fields: fields ?? [] };
  }

  function withoutArguments(directive: ConstDirectiveNode, type: string, field: string): ConstDirectiveNode {
    const requires = directive.name.value === 'join__field' ? stringArgument(directive, 'requires') : undefined;
    if (!requires?.includes('(')) return directive;
    const names = new Set<string>();
    const selectionSet = separate(parseFieldSet(requires), type, names);
    requirements.set(`${type}.${field}`, names);
    const value = { kind: Kind.STRING, value: print(selectionSet).slice(1, -1) } as const;
    return {
      ...directive,
      arguments:
        directive.arguments?.map((argument) =>
          argument.name.value === 'requires' ? { ...argument, value } : argument,
        ) ?? [],
    };
  }

  function separate({ selections, ...rest }: SelectionSetNode, type: string, names: Set<string>): SelectionSetNode {
    return { ...rest, selections: selections.map((selection) => separateSelection(selection, type, names)) };
  }

  function separateSelection(selection: SelectionNode, type: string, names: Set<string>): SelectionNode {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value ?? type;
      return { ...selection, selectionSet: separate(selection.selectionSet, condition, names) };
    }
    const definition = types.get(type)?.fields?.find(({ name }) => name.value === selection.name.value);
    if (!definition) return selection;
    const field = selection.selectionSet
      ? { ...selection, selectionSet: separate(selection.selectionSet, namedType(definition.type), names) }
      : selection;
    return field.arguments?.length ? separateField(field, type, names) : field;
  }

  function separateField(field: FieldNode, type: string, names: Set<string>): FieldNode {
    const original = field.name.value;
    const ofType = added.get(type) ?? new Map<string, { name: string; original: string }>();
    added.set(type, ofType);
    const text = `${original}(${field.arguments?.map(print).join()})`;
    const known = ofType.get(text);
    const name = known?.name ?? `${original}__required${requiredFields.size}`;
    ofType.set(text, { name, original });
    requiredFields.set(name, { name: original, arguments: field.arguments ?? [] });
    names.add(name);
    return { ...field, name: { kind: Kind.NAME, value: name }, arguments: [] };
  }

  function extended(type: FieldsType): FieldsType {
    const fields = [...(added.get(type.name.value)?.values() ?? [])].flatMap(
      ({ name, original }): FieldDefinitionNode[] => {
        const definition = type.fields?.find((field) => field.name.value === original);
        return definition ? [{ ...definition, name: { kind: Kind.NAME, value: name }, arguments: [] }] : [];
      },
    );
    return { ...type, fields: [...(type.fields ?? []), ...fields] };
  }
}

function hasFields(definition: DefinitionNode): definition is FieldsType {
  return definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
