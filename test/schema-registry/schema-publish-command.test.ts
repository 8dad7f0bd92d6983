import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { compileCache } from '../kit/compile-cache.ts';
import { manifestOf, operationOf } from '../persisted-operations/published.ts';

const COMMAND = fileURLToPath(import.meta.resolve('@tributary/gateway/schema-publish-command'));

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  folder = await mkdtemp(join(tmpdir(), 'tributary-schema-publish-'));
  await writeFile(
    join(folder, 'supergraph.yaml'),
    'subgraphs:\n  numbers:\n    urls: [http://numbers.test]\n    schema: numbers.graphql\n',
  );
}, REDIS_START_LIMIT_MS);
afterAll(async () => {
  await redis.close();
  await rm(folder, { recursive: true });
});

async function run(options: readonly string[], variables: Record<string, string> = { TRIBUTARY_CACHE_URL: redis.url }) {
  const argv = [COMMAND, '--config', 'supergraph.yaml', ...options];
  const child = spawn(process.execPath, argv, { cwd: folder, env: { ...compileCache(), ...variables } });
  const exit = new Promise<number | null>((done) => child.once('close', done));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { stdout, stderr, exitCode };
}

const writeSchema = (fields: string) => writeFile(join(folder, 'numbers.graphql'), `type Query { ${fields} }\n`);
const versionIn = (stdout: string): string => /([0-9a-f]{16})\.\n$/.exec(stdout)?.[1] ?? 'none';

describe('schema:publish', () => {
  it('publishes, refuses what breaks clients, and goes back', async () => {
    await writeSchema('a: Int b: Int');
    const first = await run([]);
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Published [0-9a-f]{16}\.\n$/) });
    expect(await run([])).toMatchObject({ exitCode: 0, stdout: `${versionIn(first.stdout)} is current already.\n` });

    await writeSchema('a: Int');
    const refused = await run([]);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Nothing was published') });
    expect(refused.stdout).toContain('breaking    Query.b');
    const forced = await run(['--force']);
    expect(forced.exitCode).toBe(0);

    const version = versionIn(first.stdout);
    expect(await run(['--again', version])).toMatchObject({ exitCode: 0, stdout: `${version} is current again.\n` });
    const { stdout } = await run(['--list']);
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^${versionIn(forced.stdout)} {11}20`)),
      expect.stringMatching(new RegExp(`^${version} {2}current {2}20`)),
    ]);
  });

  it('takes smoke operations that need nobody and nothing, and no others', async () => {
    await writeSchema('a: Int b: Int add(to: Int!): Int');
    const manifest = join(folder, 'smoke.json');
    const smoke = async (...bodies: string[]) => {
      await writeFile(manifest, JSON.stringify(manifestOf(...bodies.map((body) => operationOf(body)))));
      return run(['--smoke', 'smoke.json']);
    };
    expect(await smoke('query Add($to: Int!) { add(to: $to) }', 'query Gone { gone }')).toMatchObject({
      exitCode: 1,
      stderr: 'smoke operation 1: needs $to\nsmoke operation 2: Cannot query field "gone" on type "Query".\n',
    });
    expect(await smoke('query A { a }')).toMatchObject({ exitCode: 0 });
    expect((await run(['--list'])).stdout).toMatch(/current {2}\S+ {2}1 smoke operations/);
  });

  it('says what it lacks', async () => {
    expect(await run([], {})).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('TRIBUTARY_CACHE_URL') });
    expect(await run(['--again', '0123456789abcdef'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('0123456789abcdef is not kept'),
    });
    expect(await run(['--list', '--again', 'x'])).toMatchObject({ exitCode: 2 });
  });
});
