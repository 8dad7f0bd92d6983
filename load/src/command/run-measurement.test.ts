import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { runMeasurement } from './run-measurement.ts';

let folder: TemporaryFolder;
const told: unknown[] = [];

beforeEach(async () => {
  folder = await temporaryFolder('tributary-measurement');
  told.length = 0;
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  jest.spyOn(console, 'error').mockImplementation((line) => void told.push(line));
});

afterEach(async () => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
  await folder[Symbol.asyncDispose]();
});

describe('a measurement', () => {
  it.each([
    ['succeeds where all is as promised', [], undefined],
    ['fails for what is not, and says it', ['promised: speed; measured: none'], 1],
  ])('writes its report, and %s', async (_, flaws, exitCode) => {
    const file = join(folder.path, 'results', 'speed.md');
    await runMeasurement(file, async () => ({ report: '# Speed\n', flaws }));
    expect({ report: await readFile(file, 'utf8'), told, exitCode: process.exitCode }).toEqual({
      report: '# Speed\n',
      told: flaws,
      exitCode,
    });
  });

  it('that cannot be made fails with the reason alone, and leaves no file and no listener', async () => {
    const listeners = process.listenerCount('SIGTERM');
    const file = join(folder.path, 'speed.md');
    await runMeasurement(file, () => Promise.reject(new Error('nothing answers')));
    expect({ told, exitCode: process.exitCode }).toEqual({ told: ['nothing answers'], exitCode: 1 });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
    expect(process.listenerCount('SIGTERM')).toBe(listeners);
  });
});
