import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findSecrets, testSecret } from '../kit/secrets.ts';
import { TEST_LOGS_DIRECTORY } from '../kit/test-logger.ts';

const JEST = join(createRequire(import.meta.url).resolve('jest/package.json'), '../bin/jest.js');
const REPORTER = resolve(import.meta.dirname, '../kit/secret-leak-reporter.ts');
const secret = testSecret('written');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-leaks-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a test file of its own in jest, with the reporter. */
async function runJest(source: string, options: readonly string[] = []): Promise<{ exitCode: number; output: string }> {
  await writeFile(join(folder, 'some.test.cjs'), source);
  const config = { rootDir: folder, testMatch: ['**/*.test.cjs'], transform: {}, reporters: [REPORTER, 'default'] };
  const args = ['--no-warnings', JEST, '--config', JSON.stringify(config), ...options];
  const env = { PATH: process.env['PATH'], [TEST_LOGS_DIRECTORY]: folder };
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { exitCode, output: output + errors };
}

describe('a run of the tests', () => {
  it('fails when a test that passes prints a secret', async () => {
    const { exitCode, output } = await runJest(`test('passes', () => console.log('the key is ${secret}'));`);
    expect(output).toContain('1 passed');
    expect(output).toContain('a secret of the tests in the output, after');
    expect(exitCode).toBe(1);
  });

  it('fails when a worker of jest writes a secret past it, as loggers do', async () => {
    const { exitCode, output } = await runJest(
      `test('passes', () => void require('node:fs').writeSync(1, '${secret}'));`,
      [
        // A file that runs alone has a worker only where its memory is watched.
        '--workerIdleMemoryLimit=4GB',
      ],
    );
    expect(output).toContain('1 passed');
    expect(output).toContain('a secret of the tests in the output, after');
    expect(exitCode).toBe(1);
  });

  it('fails when what ran in it logs a secret that nobody prints', async () => {
    await writeFile(join(folder, '1.log'), `{"level":"trace","key":"${secret}"}\n`);
    const { exitCode, output } = await runJest("test('passes', () => undefined);");
    await rm(join(folder, '1.log'));
    expect(output).toMatch(/a secret of the tests in \S+1\.log, after "\{\\"level\\":\\"trace\\",\\"key\\":\\""/);
    expect(output).not.toContain(secret);
    expect(exitCode).toBe(1);
  });

  it('passes when none is written', async () => {
    const { exitCode } = await runJest("test('passes', () => console.log('the key is kept'));");
    expect(exitCode).toBe(0);
  });
});

describe('a secret', () => {
  it.each([
    ['a secret of the tests', `key=${secret}`],
    ['a password that people of the tests have', '{"password":"correct horse battery staple"}'],
    ['a signed token', `Bearer eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(40)}.${'c'.repeat(43)}`],
    ['a refresh token', `ses_00gqg3t0r0g00.${'a'.repeat(43)}.${'b'.repeat(43)}`],
    ['a private key', '-----BEGIN PRIVATE KEY-----\\nMC4C'],
    ['a hash of a password', `scrypt$16384$8$5$${'a'.repeat(22)}$${'b'.repeat(43)}`],
    ['a URL with a password', 'postgresql://tributary:hunter2@127.0.0.1:5432/catalog'],
  ])('is known by its form: %s', (kind, written) => {
    expect(findSecrets(`before ${written} after`).map((leak) => leak.kind)).toEqual([kind]);
  });

  it.each([
    'http://127.0.0.1:4000/graphql?query={a:b}',
    'postgresql://127.0.0.1:5432/catalog',
    'usr_00gqg3t0r0g00',
    '[redacted]',
  ])('is not what everybody may read: %s', (written) => {
    expect(findSecrets(written)).toEqual([]);
  });
});
