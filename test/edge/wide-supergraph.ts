import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeSupergraph } from '@tributary/gateway/composition/compose-supergraph';

const SUBGRAPHS = 4;
const TYPES = 24;
const FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';

/** It would be planned for many seconds, and in gigabytes, if it were let. */
export const ENDLESS_OPERATION = '{ things { peer1 { peer2 { peer3 { peer1 { peer2 { peer3 { id } } } } } } } }';

/**
 * Composes a supergraph that is hard to plan for, and answers its file. Of the interface `Thing` with its 24 types every subgraph
 * has another field, `peer0` to `peer3`, so that each `peer` below another one makes 24 branches of one.
 */
export async function writeWideSupergraph(folder: string): Promise<string> {
  const entries = await Promise.all(
    Array.from({ length: SUBGRAPHS }, async (_, subgraph) => {
      const name = `things${subgraph}`;
      const schemaFile = join(folder, `${name}.graphql`);
      await writeFile(schemaFile, schemaOf(subgraph));
      return { name, urls: ['http://127.0.0.1:1/'], schemaFile };
    }),
  );
  const outcome = await composeSupergraph(entries);
  if (!outcome.isComposed) throw new Error(outcome.errors.map(({ message }) => message).join('\n'));
  const file = join(folder, 'wide.graphql');
  await writeFile(file, outcome.supergraphSdl);
  return file;
}

function schemaOf(subgraph: number): string {
  const fields = `id: ID! size${subgraph}: Int peer${subgraph}: Thing`;
  const types = Array.from(
    { length: TYPES },
    (_, type) => `type T${type} implements Thing @key(fields: "id") { ${fields} }`,
  );
  const root = subgraph === 0 ? 'type Query { things: [Thing] }' : '';
  return [FEDERATION, root, `interface Thing { ${fields} }`, ...types].join('\n');
}
