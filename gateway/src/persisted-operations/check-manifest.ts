import { hash } from 'node:crypto';
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, parse, validate } from 'graphql';
import type { PublishedManifest, PublishedOperation } from './manifest.ts';

const HASH = /^[0-9a-f]{64}$/;

/**
 * What is wrong with a manifest that is to be published, one line each; nothing when it may be.
 * @param schema that its operations are for
 * @param others what else is published
 */
export function findProblems(
  { manifest, client }: PublishedManifest,
  { schema, others }: { schema: GraphQLSchema; others: readonly PublishedManifest[] },
): string[] {
  const problems = manifest.operations.flatMap((operation) =>
    problemsOf(operation, schema).map((problem) => `${operation.name} (${operation.id}): ${problem}`),
  );
  const bodies = new Map<string, { body: string; publisher: string }>();
  for (const published of others) {
    const publisher = `${published.client.name} ${published.client.version}`;
    if (published.client.name === client.name && published.client.version === client.version) continue;
    for (const operation of published.manifest.operations)
      bodies.set(keyOf(operation), { body: operation.body, publisher });
  }
  for (const operation of manifest.operations) {
    const known = bodies.get(keyOf(operation));
    if (known && known.body !== operation.body) {
      problems.push(`${operation.name} (${operation.id}): ${known.publisher} has another text by this id`);
    }
    bodies.set(keyOf(operation), { body: operation.body, publisher: 'this manifest' });
  }
  return problems;
}

function problemsOf({ id, body, name, type }: PublishedOperation, schema: GraphQLSchema): string[] {
  const problems: string[] = [];
  if (HASH.test(id) && hash('sha256', body) !== id) problems.push('the id is a hash, and not that of the text');
  const document = parsed(body);
  if (document instanceof GraphQLError) return [...problems, document.message];
  const [operation, ...further] = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION || further.length > 0)
    problems.push('the text is not one operation');
  else if (operation.name?.value !== name) problems.push(`the operation of the text is named ${operation.name?.value}`);
  else if (operation.operation !== type) problems.push(`the operation of the text is a ${operation.operation}`);
  return [...problems, ...validate(schema, document).map(({ message }) => message)];
}

function keyOf({ id, clientName }: PublishedOperation): string {
  return JSON.stringify([clientName ?? '', id]);
}

function parsed(body: string): DocumentNode | GraphQLError {
  try {
    return parse(body);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}
