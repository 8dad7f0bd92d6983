import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { parse } from 'graphql';

const COMMAND = resolve(import.meta.dirname, 'schema-print-command.ts');
const run = promisify(execFile);

it('the schema:print command writes what clients see, in the order of names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-schema-print-'));
  try {
    const out = join(folder, 'schema.graphql');
    const { stdout, stderr } = await run(process.execPath, [COMMAND, '--out', out]);
    const names = parse(await readFile(out, 'utf8')).definitions.flatMap((node) =>
      'name' in node && node.name && node.kind === 'ObjectTypeDefinition' ? node.name.value : [],
    );
    expect([stdout, stderr]).toEqual(['', expect.stringMatching(/^Wrote .*schema\.graphql: \d+ lines\.\n$/)]);
    expect(names).toEqual(names.toSorted());
    expect(names).toEqual(expect.arrayContaining(['Order', 'Query', 'Subscription']));
    expect(names.filter((name) => name.startsWith('_') || name.startsWith('join'))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('the schema:print command fails for what is no supergraph', async () => {
  const failed = run(process.execPath, [COMMAND, '--schema', COMMAND]);
  await expect(failed).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('Syntax Error') });
});
