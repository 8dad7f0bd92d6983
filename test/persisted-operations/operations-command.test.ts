import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { compileCache } from '../kit/compile-cache.ts';
import { manifestOf, operationOf } from './published.ts';

const COMMAND = fileURLToPath(import.meta.resolve('@tributary/gateway/operations-command'));

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  folder = await mkdtemp(join(tmpdir(), 'tributary-operations-command-'));
}, REDIS_START_LIMIT_MS);
beforeEach(() => redis.run('FLUSHALL'));
afterAll(async () => {
  await redis.close();
  await rm(folder, { recursive: true });
});

async function run(options: readonly string[], variables: Record<string, string> = { TRIBUTARY_CACHE_URL: redis.url }) {
  const child = spawn(process.execPath, [COMMAND, ...options], {
    cwd: folder,
    env: { ...compileCache(), ...variables },
  });
  const exit = new Promise<number | null>((done) => child.once('close', done));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { stdout, stderr, exitCode };
}

async function fileWith(content: unknown): Promise<string> {
  const file = join(folder, 'manifest.json');
  await writeFile(file, JSON.stringify(content));
  return file;
}

const TITLES = operationOf('query Titles { products(first: 2) { nodes { title } } }');
const WEB = ['--client', 'web', '--client-version', '1.4'];

describe('operations:publish', () => {
  it('publishes a manifest for a version of a client, shows it, and takes it back', async () => {
    const file = await fileWith({ ...manifestOf(TITLES), comment: 'what other tools add is left out' });
    expect(await run([file, ...WEB])).toEqual({
      exitCode: 0,
      stdout: 'Published 1 operations of web 1.4.\n',
      stderr: '',
    });
    expect(await run([file])).toMatchObject({ exitCode: 0, stdout: 'Published 1 operations of default latest.\n' });
    const { stdout } = await run(['--list']);
    expect(stdout).toMatch(/^web {2}1\.4 {2}1 operations {2}20\S+Z$/m);
    expect(stdout).toMatch(/^default {2}latest {2}1 operations/m);

    expect(await run(['--remove', ...WEB])).toMatchObject({ exitCode: 0 });
    expect((await run(['--list'])).stdout).not.toContain('web');
    expect(await run(['--remove', ...WEB])).toMatchObject({
      exitCode: 1,
      stderr: 'web 1.4 has published nothing\n',
    });
  });

  it('says all that is wrong, and publishes nothing', async () => {
    const wrong = [TITLES, operationOf('query Gone { gone }'), operationOf('query Named { me { id } }', { name: 'X' })];
    const { exitCode, stderr } = await run([await fileWith(manifestOf(...wrong))]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Cannot query field "gone" on type "Query".');
    expect(stderr).toContain('the operation of the text is named Named');
    expect(await run(['--list'])).toMatchObject({ stdout: 'nothing is published\n' });
  });

  it('refuses what is no manifest, problem by problem', async () => {
    const file = await fileWith({ format: 'another', version: 1, operations: [{ id: '', body: '{ a }', name: 'A' }] });
    const { exitCode, stderr } = await run([file]);
    expect(exitCode).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^format: /),
      expect.stringMatching(/^operations\[0\]\.id: /),
      expect.stringMatching(/^operations\[0\]\.type: /),
    ]);
    expect(await run(['missing.json'])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('ENOENT') });
  });

  it('fails in one line without a Redis', async () => {
    const file = await fileWith(manifestOf(TITLES));
    expect(await run([file], {})).toMatchObject({
      exitCode: 1,
      stderr: 'TRIBUTARY_CACHE_URL has to name the Redis or Valkey that the gateways share\n',
    });
    expect(await run([file], { TRIBUTARY_CACHE_URL: 'redis://127.0.0.1:1' })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^what TRIBUTARY_CACHE_URL names cannot be reached: .+\n$/),
    });
  });

  it('leaves with 2 when it is used wrongly, and with 0 after --help', async () => {
    for (const options of [[], ['a.json', '--list'], ['--list', '--remove'], ['--nope']]) {
      expect(await run(options)).toMatchObject({ exitCode: 2 });
    }
    expect(await run(['--help'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Exit codes') });
  });
});
