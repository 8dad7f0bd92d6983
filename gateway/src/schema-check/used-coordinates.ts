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

/**
 * The schema coordinates that a document uses: types, fields, arguments, input fields, enum values and directives (`@skip`). Of
 * a variable nobody knows the value, so all that it may hold counts as used.
 * @param document valid for the schema
 */
export function usedCoordinates(document: DocumentNode, schema: GraphQLSchema): ReadonlySet<string> {
  const used = new Set<string>();
  const ofVariables = new Set<string>();
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
        const inputType = typeFromAST(schema, type);
        if (isInputType(inputType)) noteAllOf(inputType, ofVariables);
      },
      ObjectValue: () => note(nameOf(info.getInputType())),
      ObjectField: ({ name }) => note(nameOf(info.getParentInputType()), '.', name.value),
      EnumValue({ value }) {
        note(nameOf(info.getInputType()));
        note(nameOf(info.getInputType()), '.', value);
      },
    }),
  );
  return used.union(ofVariables);
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
