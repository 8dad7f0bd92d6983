import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from '@jest/globals';
import { findProcess } from './processes.ts';
import { makeStandStill } from './stand-still.ts';

const BUSY_THREADS = `
  const { Worker } = require('node:worker_threads');
  for (let thread = 0; thread < 3; thread += 1) new Worker('for (;;) {}', { eval: true });
  setInterval(() => process.stdout.write('.'), 1);
`;

let busy: ChildProcess;
afterEach(() => void busy.kill('SIGKILL'));

it('returns when a busy process of several threads stands still, and at once for one that has ended', async () => {
  const writing = spawn(process.execPath, ['-e', BUSY_THREADS], { stdio: ['ignore', 'pipe', 'ignore'] });
  busy = writing;
  const { pid = 0 } = busy;
  await once(writing.stdout, 'data');

  await makeStandStill(pid);
  expect(await findProcess(pid)).toMatchObject({ isStopped: true });

  busy.kill('SIGKILL');
  await once(busy, 'exit');
  await makeStandStill(pid);
  expect(await findProcess(pid)).toBeUndefined();
});
