import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runToEnd } from '../processes/child-process.ts';

/** What a supergraph is composed of. */
export interface ComposedSubgraph {
  readonly name: string;
  readonly url: string;
  readonly schemaFile: string;
}

const composeCommand = join(import.meta.dirname, '../../../../gateway/src/compose-command.ts');

/**
 * Composes a supergraph by the gateway's own command, as anybody would.
 * @param supergraphFile is written, and its configuration beside it
 * @throws Error with what the command said when the schemas do not fit together
 */
export async function composeSupergraph(subgraphs: readonly ComposedSubgraph[], supergraphFile: string): Promise<void> {
  const configFile = `${supergraphFile}.config.json`;
  const entries = subgraphs.map(({ name, url, schemaFile }) => [name, { urls: [url], schema: schemaFile }]);
  await writeFile(configFile, JSON.stringify({ subgraphs: Object.fromEntries(entries) }));
  await runToEnd({
    name: 'compose',
    args: [composeCommand, '--config', configFile, '--out', supergraphFile],
    core: undefined,
    limitMs: 60_000,
  });
}
