import {
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';

/** Something that a schema should not have. */
export interface LintFinding {
  readonly rule: 'description' | 'naming' | 'deprecation-reason' | 'pagination' | 'removed-without-deprecation';
  readonly coordinate: string;
  readonly message: string;
}

const PASCAL_CASE = /^[A-Z][A-Za-z0-9]*$/;
const CAMEL_CASE = /^_{0,2}[a-z][A-Za-z0-9]*$/;
const CONSTANT_CASE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;
const PAGE_ARGUMENTS = ['first', 'last', 'limit'];
const REASON_LEFT_OUT = 'No longer supported';

/** Looks through what clients see of a schema. */
export function lintSchema(schema: GraphQLSchema): LintFinding[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .flatMap((type) => [...lintType(type), ...lintMembers(type, schema)]);
}

function lintType(type: GraphQLNamedType): LintFinding[] {
  return [...described(type.name, type), ...named(type.name, type.name, PASCAL_CASE)];
}

function lintMembers(type: GraphQLNamedType, schema: GraphQLSchema): LintFinding[] {
  if (isEnumType(type)) return lintValues(type);
  if (isInputObjectType(type)) return lintInputFields(type);
  if (isObjectType(type) || isInterfaceType(type)) return lintFields(type, schema);
  return [];
}

function lintValues(type: GraphQLEnumType): LintFinding[] {
  return type.getValues().flatMap((value) => {
    const coordinate = `${type.name}.${value.name}`;
    return [
      ...described(coordinate, value),
      ...named(coordinate, value.name, CONSTANT_CASE),
      ...explained(coordinate, value),
    ];
  });
}

function lintInputFields(type: GraphQLInputObjectType): LintFinding[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const coordinate = `${type.name}.${field.name}`;
    return [
      ...described(coordinate, field),
      ...named(coordinate, field.name, CAMEL_CASE),
      ...explained(coordinate, field),
    ];
  });
}

function lintFields(type: GraphQLObjectType | GraphQLInterfaceType, schema: GraphQLSchema): LintFinding[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const coordinate = `${type.name}.${field.name}`;
    return [
      ...described(coordinate, field),
      ...named(coordinate, field.name, CAMEL_CASE),
      ...explained(coordinate, field),
      ...field.args.flatMap((argument) => named(`${coordinate}(${argument.name}:)`, argument.name, CAMEL_CASE)),
      ...paged(coordinate, type, field, schema),
    ];
  });
}

function described(coordinate: string, { description }: { description?: string | null | undefined }): LintFinding[] {
  return description?.trim() ? [] : [{ rule: 'description', coordinate, message: 'has no description' }];
}

function named(coordinate: string, name: string, form: RegExp): LintFinding[] {
  const forms = new Map([
    [PASCAL_CASE, 'PascalCase'],
    [CAMEL_CASE, 'camelCase'],
    [CONSTANT_CASE, 'CONSTANT_CASE'],
  ]);
  return form.test(name) ? [] : [{ rule: 'naming', coordinate, message: `is not in ${forms.get(form)}` }];
}

function explained(
  coordinate: string,
  { deprecationReason }: { deprecationReason?: string | null | undefined },
): LintFinding[] {
  const isUnexplained =
    deprecationReason !== undefined &&
    deprecationReason !== null &&
    ['', REASON_LEFT_OUT].includes(deprecationReason.trim());
  return isUnexplained
    ? [{ rule: 'deprecation-reason', coordinate, message: 'is deprecated without saying what to use instead' }]
    : [];
}

/** A list of entities grows; what holds one page of them (an object without an id, such as a connection) has been cut. */
function paged(
  coordinate: string,
  parent: GraphQLObjectType | GraphQLInterfaceType,
  field: GraphQLField<unknown, unknown>,
  schema: GraphQLSchema,
): LintFinding[] {
  const isList = isListType(getNullableType(field.type));
  const item = getNamedType(field.type);
  if (!isList || !isEntity(item) || field.args.some(({ name }) => PAGE_ARGUMENTS.includes(name))) return [];
  const isRoot = parent === schema.getQueryType();
  if (!isRoot && !isEntity(parent)) return [];
  // As many as the client names, and no more.
  if (field.args.some(({ type }) => isListType(getNullableType(type)))) return [];
  return [{ rule: 'pagination', coordinate, message: `lists every ${item.name} it has: take \`first\` and \`after\`` }];
}

function isEntity(type: GraphQLNamedType): boolean {
  return (isObjectType(type) || isInterfaceType(type)) && type.getFields()['id'] !== undefined;
}
