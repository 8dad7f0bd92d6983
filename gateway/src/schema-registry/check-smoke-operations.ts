import { GraphQLError, type GraphQLSchema, Kind, parse, validate } from 'graphql';

/** What keeps texts from being tried on a schema, a line each: they have to be queries that need no variable and no viewer. */
export function findSmokeProblems(texts: readonly string[], schema: GraphQLSchema): string[] {
  return texts.flatMap((text, index) =>
    problemsOf(text, schema).map((problem) => `smoke operation ${index + 1}: ${problem}`),
  );
}

function problemsOf(text: string, schema: GraphQLSchema): string[] {
  try {
    const document = parse(text, { noLocation: true });
    const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const [operation] = operations;
    if (operation?.kind !== Kind.OPERATION_DEFINITION || operations.length > 1) return ['is not one operation'];
    if (operation.operation !== 'query') return [`is a ${operation.operation}`];
    const required = operation.variableDefinitions?.find(
      ({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined,
    );
    if (required) return [`needs $${required.variable.name.value}`];
    return validate(schema, document).map(({ message }) => message);
  } catch (error) {
    if (error instanceof GraphQLError) return [error.message];
    throw error;
  }
}
