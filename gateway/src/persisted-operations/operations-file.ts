import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { manifestSchema } from './manifest.ts';
import type { OperationSource } from './operation-source.ts';

/** A manifest in a file, which is read again whenever the file is another one or was written to. */
export function createOperationsFile(path: string): OperationSource {
  return {
    async read(knownRevision) {
      const { ino, size, mtimeMs } = await stat(path);
      const revision = `${ino} ${size} ${mtimeMs}`;
      if (revision === knownRevision) return { kind: 'unchanged' };
      const { success, data, error } = manifestSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
      if (!success) throw new Error(`${path} is no manifest of persisted queries: ${z.prettifyError(error)}`);
      return { kind: 'published', revision, operations: data.operations };
    },
  };
}
