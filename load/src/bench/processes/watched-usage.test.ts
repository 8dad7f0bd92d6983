import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { watchUsage } from './watched-usage.ts';

afterEach(() => {
  jest.useRealTimers();
});

describe('the usage of a process is watched', () => {
  it('from before to after what runs meanwhile', async () => {
    const usage = await watchUsage(process.pid, async () => 'the result');

    expect(usage.result).toBe('the result');
    expect(usage.after.cpuMs).toBeGreaterThanOrEqual(usage.before.cpuMs);
    expect(usage.peakResidentBytes).toBeGreaterThanOrEqual(usage.after.residentBytes);
  });

  it('to the end of what runs also when the process is gone before, which is then said', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
    const child = spawn(process.execPath, ['--eval', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    let hasEnded = false;

    const watched = watchUsage(child.pid ?? 0, async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
      jest.advanceTimersByTime(1_000);
      hasEnded = true;
    });

    await expect(watched).rejects.toThrow(`process ${child.pid} is gone`);
    expect(hasEnded).toBe(true);
  });
});
