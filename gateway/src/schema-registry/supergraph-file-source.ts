import { hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { readSupergraphText } from '../supergraph/supergraph-file.ts';
import type { SupergraphSource } from './supergraph-source.ts';

/**
 * A supergraph in a file, which is read again whenever the file is another one or was written to. Whether it is one is seen where it
 * is compiled, beside the requests.
 */
export function createSupergraphFile(path: string): SupergraphSource {
  let lastState = '';
  let lastVersion: string | undefined;
  return {
    async read(knownVersion) {
      const state = await stateOf(path);
      if (state === lastState && lastVersion === knownVersion) return { kind: 'unchanged' };
      const sdl = await readSupergraphText(path);
      lastVersion = hash('sha256', sdl);
      lastState = state;
      if (lastVersion === knownVersion) return { kind: 'unchanged' };
      return { kind: 'published', schema: { version: lastVersion, sdl, smokeOperations: [] } };
    },
  };
}

/** What differs whenever the file is another one or was written to. Of a file that is missing, reading it tells. */
async function stateOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found ? `${found.ino} ${found.size} ${found.mtimeMs}` : 'missing';
}
