import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInputType,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** What a document uses of a schema, as coordinates. */
export interface DocumentUse {
  /** Types, fields, arguments, input fields, enum values and directives (`@skip`), as far as the text says. */
  readonly coordinates: ReadonlySet<string>;
  /** Names of the enums and input types of its variables, whose values the text does not say. */
  readonly variableTypes: ReadonlySet<string>;
}

/**
 * The schema coordinates that a document uses. Of a variable nobody knows the value, so all that it may hold counts as used.
 * @param document valid for the schema
 */
export function usedCoordinates(document: DocumentNode, schema: GraphQLSchema): ReadonlySet<string> {
  const { coordinates, variableTypes } = useOf(document, schema);
  return coordinates.union(coordinatesOfInputs(variableTypes, schema));
}

/** @param document valid for the schema */
export function useOf(document: DocumentNode, schema: GraphQLSchema): DocumentUse {
  const used = new Set<string>();
  const variableTypes = new Set<string>();
  const info = new TypeInfo(schema);
  const note = (...parts: (string | undefined)[]) => {
    if (parts.every((part) => part !== undefined)) used.add(parts.join(''));
  };
  const nameOf = (type: Parameters<typeof getNamedType>[0]) => getNamedType(type)?.name;

  visit(
    document,
    visitWithTypeInfo(info, {
      OperationDefinition: () => note(nameOf(info.getType())),
      Field({ name }) {
        note(nameOf(info.getParentType()), '.', name.value);
        note(nameOf(info.getType()));
      },
      InlineFragment: () => note(nameOf(info.getType())),
      FragmentDefinition: () => note(nameOf(info.getType())),
      Directive: ({ name }) => note('@', name.value),
      Argument({ name }) {
        const directive = info.getDirective();
        if (directive) return note('@', directive.name, '(', name.value, ':)');
        note(nameOf(info.getParentType()), '.', info.getFieldDef()?.name, '(', name.value, ':)');
      },
      VariableDefinition({ type }) {
        const inputType = getNamedType(typeFromAST(schema, type));
        note(inputType?.name);
        if (isEnumType(inputType) || isInputObjectType(inputType)) variableTypes.add(inputType.name);
      },
      ObjectValue: () => note(nameOf(info.getInputType())),
      ObjectField: ({ name }) => note(nameOf(info.getParentInputType()), '.', name.value),
      EnumValue({ value }) {
        note(nameOf(info.getInputType()));
        note(nameOf(info.getInputType()), '.', value);
      },
    }),
  );
  return { coordinates: used, variableTypes };
}

/** All that values of enums and input types may hold. */
export function coordinatesOfInputs(typeNames: Iterable<string>, schema: GraphQLSchema): ReadonlySet<string> {
  const used = new Set<string>();
  for (const name of typeNames) {
    const type = schema.getType(name);
    if (isInputType(type)) noteAllOf(type, used);
  }
  return used;
}

/** @param used has, with a type, all that is in it: a type may hold itself */
function noteAllOf(inputType: GraphQLInputType, used: Set<string>): void {
  const type = getNamedType(inputType);
  if (used.has(type.name)) return;
  used.add(type.name);
  if (isEnumType(type)) for (const { name } of type.getValues()) used.add(`${type.name}.${name}`);
  if (!isInputObjectType(type)) return;
  for (const field of Object.values(type.getFields())) {
    used.add(`${type.name}.${field.name}`);
    noteAllOf(field.type, used);
  }
}
