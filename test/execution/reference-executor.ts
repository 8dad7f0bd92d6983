import type { AnswerError } from '@tributary/gateway/execution/failure-log';
import { type ConstDirectiveNode, type DocumentNode, Kind, parse, print, printSchema } from 'graphql';
import { createCompiledExecutor, type Executor } from './executors.ts';
import type { MockGraph } from './mock-graph.ts';
import { createMockSubgraph } from './mock-subgraph.ts';

/**
 * graphql-js on one schema that has all that clients see: what a graph answers when it is not federated at all. Values of mocks
 * follow from the entity and the field, so that it has the values of the subgraphs.
 * @param schemas of the subgraphs, by name; their keys say which types are entities
 */
export function createReferenceExecutor(graph: MockGraph, schemas: Readonly<Record<string, string>>): Executor {
  const { schema } = createCompiledExecutor(graph);
  const merged = withKeys(parse(printSchema(schema)), keysOf(Object.values(schemas)));
  const whole = createMockSubgraph('whole', print(merged), () => graph.mood);
  return {
    schema,
    async execute(document, variables = {}) {
      const body = JSON.stringify({ query: print(document), variables });
      const { data, errors = [] }: { data?: unknown; errors?: AnswerError[] } = JSON.parse(await whole.answer(body));
      return { data, errors };
    },
  };
}

function keysOf(schemas: readonly string[]): Map<string, Map<string, ConstDirectiveNode>> {
  const keys = new Map<string, Map<string, ConstDirectiveNode>>();
  for (const definition of schemas.flatMap((sdl) => parse(sdl).definitions)) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const ofType = keys.get(definition.name.value) ?? new Map<string, ConstDirectiveNode>();
    for (const directive of definition.directives ?? []) {
      if (directive.name.value === 'key') ofType.set(print(directive), directive);
    }
    keys.set(definition.name.value, ofType);
  }
  return keys;
}

function withKeys(
  document: DocumentNode,
  keys: ReadonlyMap<string, ReadonlyMap<string, ConstDirectiveNode>>,
): DocumentNode {
  return {
    ...document,
    definitions: document.definitions.map((definition) =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION
        ? { ...definition, directives: [...(keys.get(definition.name.value)?.values() ?? [])] }
        : definition,
    ),
  };
}
