import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/** A parsed JSON object. */
export type Json = Record<string, unknown>;

type Path = readonly (string | number)[];

/** Under which key every object of an abstract type has to ask for its type's name, so that the checker knows it. */
const TYPENAME = '__typename';

const leaves: Record<string, (value: unknown) => boolean> = {
  Int: (value) => Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** 31,
  Float: (value) => typeof value === 'number',
  String: (value) => typeof value === 'string',
  ID: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
};

/**
 * What is wrong with an answer as the body of a response: it is held to the GraphQL specification and to the schema alone, not to
 * what any subgraph has said. Data has exactly what was selected, in that order and of the right types; every null is of a type
 * that has one; every error has a message, a code and a path that leads to a null, or to what an error was reported for.
 * @param document one query without directives, which asks for `__typename` in every selection on an abstract type
 */
export function problemsOf(answer: unknown, schema: GraphQLSchema, document: DocumentNode): string[] {
  const problems: string[] = [];
  const note = (path: Path, what: string): void => {
    problems.push(`${path.join('.') || 'the answer'}: ${what}`);
  };
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  if (!isObject(answer)) return ['the answer is no object'];
  for (const key of Object.keys(answer)) if (!['data', 'errors'].includes(key)) note([], `has "${key}"`);
  if (!Object.hasOwn(answer, 'data')) note([], 'has no data');
  checkErrors();
  checkData();
  return problems;

  function checkData(): void {
    const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('there is no operation');
    const root = schema.getRootType(operation.operation);
    if (!root) throw new Error('there is no root type');
    const { data } = answer as Json;
    if (data !== null) checkObject(data, root, [operation.selectionSet], []);
    else if (!Object.hasOwn(answer as Json, 'errors')) note(['data'], 'is null and no error says why');
  }

  function checkErrors(): void {
    const { data, errors = [{ message: '-', extensions: { code: '-' } }] } = answer as Json;
    if (!Array.isArray(errors) || errors.length === 0) {
      note(['errors'], 'is no list with something in it');
      return;
    }
    for (const [index, error] of errors.entries()) {
      const at = ['errors', index];
      if (!isObject(error)) {
        note(at, 'is no object');
        continue;
      }
      const { message, path = [], extensions } = error;
      if (typeof message !== 'string' || message === '') note(at, 'has no message');
      if (!isObject(extensions) || typeof extensions['code'] !== 'string') note(at, 'has no code');
      if (!isPath(path)) note(at, `has no path: ${JSON.stringify(path)}`);
      else if (!leadsSomewhere(data, path)) note(at, `leads nowhere: ${JSON.stringify(path)}`);
    }
  }

  function checkObject(value: unknown, type: GraphQLObjectType, selectionSets: SelectionSetNode[], path: Path): void {
    if (!isObject(value)) {
      note(path, `is no ${type.name}`);
      return;
    }
    const fields = new Map<string, FieldNode[]>();
    for (const selectionSet of selectionSets) collect(selectionSet, type, fields);
    const [expected, actual] = [[...fields.keys()].join(), Object.keys(value).join()];
    if (expected !== actual) note(path, `has the fields ${actual} in place of ${expected}`);
    for (const [key, nodes] of fields) {
      if (nodes[0]?.name.value === TYPENAME) {
        if (value[key] !== type.name) note([...path, key], `is not "${type.name}"`);
        continue;
      }
      const field = type.getFields()[nodes[0]?.name.value ?? ''];
      if (!field) throw new Error(`${type.name} has no field for "${key}"`);
      const nested = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      checkValue(Object.hasOwn(value, key) ? value[key] : undefined, field.type, nested, [...path, key]);
    }
  }

  function checkValue(value: unknown, type: GraphQLOutputType, nested: SelectionSetNode[], path: Path): void {
    if (isNonNullType(type)) {
      if (value === null) note(path, `is null, which ${type} cannot be`);
      else checkValue(value, type.ofType, nested, path);
    } else if (value !== null) checkPresent(value, type, nested, path);
  }

  function checkPresent(
    value: unknown,
    type: Exclude<GraphQLOutputType, { kind: 'NonNull' }>,
    nested: SelectionSetNode[],
    path: Path,
  ): void {
    if (isListType(type)) checkList(value, type.ofType, nested, path);
    else if (isObjectType(type)) checkObject(value, type, nested, path);
    else if (isAbstractType(type)) {
      const named = isObject(value) ? schema.getType(String(value[TYPENAME])) : undefined;
      if (isObjectType(named) && schema.isSubType(type, named)) checkObject(value, named, nested, path);
      else note(path, `is no ${type.name}`);
    } else if (isEnumType(type)) {
      if (!type.getValue(String(value))) note(path, `is no ${type.name}: ${JSON.stringify(value)}`);
    } else if (!(leaves[String(type)]?.(value) ?? value !== undefined)) {
      note(path, `is no ${type}: ${JSON.stringify(value)}`);
    }
  }

  function checkList(value: unknown, itemType: GraphQLOutputType, nested: SelectionSetNode[], path: Path): void {
    if (!Array.isArray(value)) {
      note(path, 'is no list');
      return;
    }
    for (const [index, item] of value.entries()) checkValue(item, itemType, nested, [...path, index]);
  }

  function collect({ selections }: SelectionSetNode, type: GraphQLObjectType, fields: Map<string, FieldNode[]>): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        fields.set(key, [...(fields.get(key) ?? []), selection]);
        continue;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (!fragment) throw new Error('a fragment is missing');
      const condition = fragment.typeCondition ? schema.getType(fragment.typeCondition.name.value) : type;
      const applies =
        condition === type ||
        ((isAbstractType(condition) || isUnionType(condition)) && schema.isSubType(condition, type));
      if (applies) collect(fragment.selectionSet, type, fields);
    }
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPath(value: unknown): value is Path {
  if (!Array.isArray(value)) return false;
  return value.every((step) => typeof step === 'string' || (Number.isInteger(step) && Number(step) >= 0));
}

/** Whether a place is in the data, or would be if a null were not in its way. */
function leadsSomewhere(data: unknown, path: Path): boolean {
  let value = data;
  for (const step of path) {
    if (value === null || value === undefined) return true;
    if (typeof step === 'number') {
      if (!Array.isArray(value) || step >= value.length) return false;
      value = value[step];
    } else {
      if (!isObject(value) || !Object.hasOwn(value, step)) return false;
      value = value[step];
    }
  }
  return true;
}
