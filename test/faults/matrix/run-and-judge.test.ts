import { describe, expect, it } from '@jest/globals';
import type { FaultTarget } from '../../kit/faults/fault-target.ts';
import type { SteadyLoad } from '../load/steady-load.ts';
import { runAndJudge } from './run-and-judge.ts';

/** Of a load under which something is missing although nothing was harmed. */
function unrest(killed: string[]) {
  const nothing = async () => undefined;
  const target: FaultTarget = {
    name: 'redis',
    port: 0,
    kill: async () => void killed.push('redis'),
    start: nothing,
    pause: nothing,
    resume: nothing,
  };
  const load: SteadyLoad = {
    perSecond: 1,
    samplesBetween: () => [
      { operation: 'page', sentAtMs: 0, tookMs: 1, missing: [{ part: 'page: title', code: 'SILENT' }] },
    ],
    pendingSince: () => 0,
    stop: nothing,
  };
  const ends = ['orders-1 ended with exit code 1, and nobody killed it'];
  return { stack: { targets: [target], gatewayPids: () => [] }, load, operations: [], ends, calmLimitMs: 0 };
}

const TIMES = { faultMs: 1, quietMs: 1, recoveryLimitMs: 1 };

describe('a cell that finds no calm to be run in', () => {
  it('has failed, and nothing else: those before and after it count', async () => {
    const killed: string[] = [];
    const { signal } = new AbortController();
    const judged = await runAndJudge({ victim: 'redis', harm: 'killed' }, { ...TIMES, signal }, unrest(killed));

    expect(judged).toMatchObject({ observation: undefined, attempts: 1 });
    expect(judged.problems).toEqual([
      expect.stringMatching(/^it was not run: nothing is harmed, and yet answers take \d+ ms .*"page: title"/),
      'orders-1 ended with exit code 1, and nobody killed it',
    ]);
    expect(killed).toEqual([]);
  });

  it('gives the whole run up when it is told to', async () => {
    const options = { ...TIMES, signal: AbortSignal.abort(new Error('given up')) };

    await expect(runAndJudge({ victim: 'redis', harm: 'killed' }, options, unrest([]))).rejects.toThrow('given up');
  });
});
