import { spawn } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const COMMAND = resolve(import.meta.dirname, 'compose-command.ts');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-compose-command-'));
  await writeFile(
    join(folder, 'supergraph.yaml'),
    'subgraphs:\n  books:\n    urls: [http://books.test]\n    schema: books.graphql\n',
  );
  await writeFile(join(folder, 'books.graphql'), 'type Query { title: String }\n');
});
afterEach(() => rm(folder, { recursive: true }));

async function compose(...options: string[]) {
  const child = spawn(process.execPath, [COMMAND, ...options], { cwd: folder });
  const exit = new Promise<number | null>((done) => child.once('close', done));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { stdout, stderr, exitCode };
}

const FILES = ['--config', 'supergraph.yaml', '--out', 'supergraph.graphql'];

describe('the compose command', () => {
  it('writes the supergraph, and then finds it up to date', async () => {
    expect(await compose(...FILES)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 subgraph,') });
    expect(await readFile(join(folder, 'supergraph.graphql'), 'utf8')).toContain('@join__graph(name: "books"');
    expect(await compose(...FILES, '--check')).toMatchObject({ exitCode: 0 });
  });

  it('calls a supergraph stale once a schema has changed, and leaves the file alone', async () => {
    await compose(...FILES);
    const before = await readFile(join(folder, 'supergraph.graphql'), 'utf8');
    await appendFile(join(folder, 'books.graphql'), 'extend type Query { pages: Int }\n');

    expect(await compose(...FILES, '--check')).toMatchObject({
      exitCode: 1,
      stderr: 'supergraph.graphql is stale: run `npm run compose` and commit it.\n',
    });
    expect(await readFile(join(folder, 'supergraph.graphql'), 'utf8')).toBe(before);
  });

  it('fails with file and line when composition does, and writes nothing', async () => {
    await writeFile(join(folder, 'books.graphql'), 'type Query {\n  title: Missing\n}\n');

    const { exitCode, stderr } = await compose(...FILES);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^books\.graphql:2:10 {2}INVALID_GRAPHQL {2}.*Unknown type "?Missing/);
    await expect(readFile(join(folder, 'supergraph.graphql'))).rejects.toThrow('ENOENT');
  });

  it('leaves with 2 when it is used wrongly', async () => {
    expect(await compose('--nope')).toMatchObject({ exitCode: 2 });
  });

  it('leaves with 0 after --help', async () => {
    expect(await compose('--help')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Exit codes') });
  });
});
