import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { composeSupergraph } from './composition/compose-supergraph.ts';

const COMMAND = resolve(import.meta.dirname, 'schema-check-command.ts');
const SCHEMA = '"The queries." type Query { "Its title." title: String "How many." pages: Int }\n';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-schema-check-'));
  await writeFile(
    join(folder, 'supergraph.yaml'),
    'subgraphs:\n  books:\n    urls: [http://books.test]\n    schema: books.graphql\n',
  );
  await writeFile(join(folder, 'books.graphql'), SCHEMA);
  const schemaFile = join(folder, 'books.graphql');
  const outcome = await composeSupergraph([{ name: 'books', urls: ['http://books.test'], schemaFile }]);
  await writeFile(join(folder, 'base.graphql'), outcome.isComposed ? outcome.supergraphSdl : '');
});
afterEach(() => rm(folder, { recursive: true }));

async function check(...options: string[]) {
  const { TRIBUTARY_CACHE_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, [COMMAND, '--config', 'supergraph.yaml', ...options], { cwd: folder, env });
  const exit = new Promise<number | null>((done) => child.once('close', done));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { stdout, stderr, exitCode };
}

const removePages = () => writeFile(join(folder, 'books.graphql'), SCHEMA.replace('"How many." pages: Int', ''));

async function writeManifest(body: string): Promise<void> {
  const operations = [{ id: 'one', body, name: 'Cover', type: 'query' }];
  await writeFile(
    join(folder, 'manifest.json'),
    JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }),
  );
}

describe('the schema:check command', () => {
  it('passes a schema that is the same', async () => {
    expect(await check('--against', 'base.graphql')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Nothing differs from base.graphql.'),
    });
  });

  it('fails for what could break clients that nothing is known of', async () => {
    await removePages();
    const { exitCode, stdout } = await check('--against', 'base.graphql', '--annotations');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('There is no usage data');
    expect(stdout).toContain("::error file=books.graphql,line=1::breaking: Field 'pages' was removed");
  });

  it('judges by a manifest of operations', async () => {
    await removePages();
    await writeManifest('query Cover { title }');
    const unused = await check('--against', 'base.graphql', '--operations', 'manifest.json', '--json');
    expect(unused.exitCode).toBe(0);
    expect(JSON.parse(unused.stdout)).toMatchObject({
      isAcceptable: true,
      knownOperations: 1,
      changes: [{ verdict: 'unused', coordinate: 'Query.pages', users: [] }],
    });

    await writeManifest('query Cover { pages }');
    const used = await check('--against', 'base.graphql', '--operations', 'manifest.json');
    expect(used).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('used by Cover (manifest.json)') });
  });

  it('fails for lint where it is to be strict', async () => {
    await writeFile(join(folder, 'books.graphql'), SCHEMA.replace('pages: Int', 'pages: Int new_one: Int'));
    expect(await check('--against', 'base.graphql')).toMatchObject({ exitCode: 0 });
    expect(await check('--against', 'base.graphql', '--strict')).toMatchObject({ exitCode: 1 });
  });

  it('shows where subgraphs do not compose', async () => {
    await writeFile(join(folder, 'books.graphql'), 'type Query {\n  title: Missing\n}\n');
    const { exitCode, stderr } = await check('--against', 'base.graphql');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('The subgraphs do not compose.');
    expect(stderr).toContain('> 2 |   title: Missing');
  });

  it('says what it was given when that is neither a file nor a git ref', async () => {
    const { exitCode, stderr } = await check('--against', 'nowhere');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('nowhere is no file, and git has no supergraph there');
  });

  it('takes the supergraph that a git ref has committed', async () => {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' });
    await writeFile(join(folder, 'base.graphql'), git('show', 'HEAD:gateway/supergraph.graphql'));
    const byFile = await check('--against', 'base.graphql', '--json');
    const byRef = await check('--against', 'HEAD', '--json');
    expect(byRef.exitCode).toBe(byFile.exitCode);
    expect(JSON.parse(byRef.stdout)).toEqual(JSON.parse(byFile.stdout));
    expect(await readFile(join(folder, 'books.graphql'), 'utf8')).toBe(SCHEMA);
  });

  it('refuses options that it does not know', async () => {
    expect(await check('--agains', 'main')).toMatchObject({ exitCode: 2 });
  });
});
