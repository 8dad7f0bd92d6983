import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';

let child: ChildProcess;
let directory: string;

afterEach(async () => {
  child.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

/** Starts a command, of which `run` is the body, and waits until it says which folder is its own. */
async function start(run: string): Promise<{ end(): Promise<{ code: number | null; stderr: string }> }> {
  const script = `
    import { runStackCommand } from ${JSON.stringify(new URL('./stack-command.ts', import.meta.url).href)};
    await runStackCommand({ name: 'test', run: async (directory, signal) => { console.log(directory); ${run} } });
  `;
  const started = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'pipe' });
  child = started;
  const [stderr, ended] = [text(started.stderr), once(started, 'close')];
  const [line] = await once(started.stdout, 'data');
  [directory = ''] = String(line).split('\n');
  return {
    async end() {
      const [code] = await ended;
      return { code, stderr: await stderr };
    },
  };
}

const UNTIL_GIVEN_UP = `
  const timer = setInterval(() => undefined, 1_000);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  clearInterval(timer);
  await new Promise(setImmediate);
  signal.throwIfAborted();`;

describe('a command that runs a stack of its own', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'ends its run on %s, which npm repeats, removes its folder, and ends with %i',
    async (signal, expected) => {
      const { end } = await start(UNTIL_GIVEN_UP);
      expect(existsSync(directory)).toBe(true);
      child.kill(signal);
      child.kill(signal);

      expect(await end()).toEqual({
        code: expected,
        stderr: `${signal}: the run is given up, and its stack is stopped\n`,
      });
      expect(existsSync(directory)).toBe(false);
    },
  );

  it('ends with 0 and removes its folder when all was as it should be', async () => {
    const { end } = await start('return true;');

    expect(await end()).toEqual({ code: 0, stderr: '' });
    expect(existsSync(directory)).toBe(false);
  });

  it('ends with 1 and keeps its folder when something was not', async () => {
    const { end } = await start('return false;');

    expect(await end()).toEqual({ code: 1, stderr: '' });
    expect(existsSync(directory)).toBe(true);
  });

  it('ends with 1, says why and keeps its folder when the run failed', async () => {
    const { end } = await start('throw new Error("no port is free");');

    expect(await end()).toMatchObject({ code: 1, stderr: expect.stringContaining('no port is free') });
    expect(existsSync(directory)).toBe(true);
  });
});
