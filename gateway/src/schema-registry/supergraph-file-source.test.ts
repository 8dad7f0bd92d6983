import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSupergraphFile } from './supergraph-file-source.ts';

const sdlWith = (field: string) => `enum join__Graph { A @join__graph(name: "a", url: "http://a.test") }
type Query { ${field}: Int }`;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-supergraph-file-'));
  file = join(folder, 'supergraph.graphql');
  await writeFile(file, sdlWith('a'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a supergraph in a file', () => {
  it('is another version when another file takes its place', async () => {
    const source = createSupergraphFile(file);
    const first = await source.read(undefined);
    if (first.kind !== 'published') throw new Error('it was not read');
    expect(first.schema.sdl).toBe(sdlWith('a'));
    expect(await source.read(first.schema.version)).toEqual({ kind: 'unchanged' });

    await writeFile(join(folder, 'next'), sdlWith('b'));
    await rename(join(folder, 'next'), file);
    expect(await source.read(first.schema.version)).toMatchObject({
      kind: 'published',
      schema: { sdl: sdlWith('b'), smokeOperations: [] },
    });
  });

  it('is the same version when it is written again', async () => {
    const source = createSupergraphFile(file);
    const first = await source.read(undefined);
    await writeFile(join(folder, 'next'), sdlWith('a'));
    await rename(join(folder, 'next'), file);
    const version = first.kind === 'published' ? first.schema.version : undefined;
    expect(await source.read(version)).toEqual({ kind: 'unchanged' });
  });

  it('is missed in plain words when it is gone', async () => {
    const source = createSupergraphFile(file);
    await rm(file);
    await expect(source.read(undefined)).rejects.toThrow(/^cannot read the supergraph: ENOENT/);
  });

  it('is another version when it is written to the end after it was read half written', async () => {
    const source = createSupergraphFile(file);
    await writeFile(file, 'enum join__Gra');
    const half = await source.read('one');
    if (half.kind !== 'published') throw new Error('it was not read');
    await writeFile(file, sdlWith('b'));
    expect(await source.read(half.schema.version)).toMatchObject({ kind: 'published', schema: { sdl: sdlWith('b') } });
  });
});
