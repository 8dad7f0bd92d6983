import { expect, it } from '@jest/globals';
import type { FaultTarget } from '../../kit/faults/fault-target.ts';
import type { Sample } from '../load/sample.ts';
import type { SteadyLoad } from '../load/steady-load.ts';
import { type Cell, HARMS } from './cell.ts';
import { expectationOf } from './expectation.ts';
import { judgeCell } from './judge-cell.ts';
import { runCell } from './run-cell.ts';

it('leaves no request out of what is judged, not even those that are sent while the victim comes back', async () => {
  const samples: Sample[] = [];
  const send = async () => {
    samples.push({ operation: 'page', sentAtMs: performance.now(), tookMs: 1, missing: [] });
  };
  const target: FaultTarget = { name: 'orders-1', port: 0, kill: send, start: send, pause: send, resume: send };
  const load: SteadyLoad = {
    perSecond: 1,
    samplesBetween: (fromMs, toMs) => samples.filter(({ sentAtMs }) => sentAtMs >= fromMs && sentAtMs < toMs),
    pendingSince: () => 0,
    stop: async () => undefined,
  };
  const { signal } = new AbortController();
  const observation = await runCell(target, 'killed', load, { faultMs: 1, quietMs: 1, recoveryLimitMs: 1_000, signal });

  expect([...observation.during, ...observation.after]).toEqual(samples);
  expect(samples).toHaveLength(2);
});

it.each(HARMS)(
  'finds fault with a cell whose victim was not %s at all, though its clients lack nothing',
  async (harm) => {
    const nothing = async () => undefined;
    const target: FaultTarget = {
      name: 'redis',
      port: 0,
      kill: nothing,
      start: nothing,
      pause: nothing,
      resume: nothing,
      connections: { disturb: () => undefined, disturbed: () => ({ connections: 0, bytesHeldBack: 0 }) },
    };
    const load: SteadyLoad = { perSecond: 1, samplesBetween: () => [], pendingSince: () => 0, stop: nothing };
    const cell: Cell = { victim: 'redis', harm };
    const { signal } = new AbortController();
    const observation = await runCell(target, harm, load, { faultMs: 1, quietMs: 1, recoveryLimitMs: 1_000, signal });

    expect(judgeCell(cell, expectationOf(cell), observation, [])).toEqual([
      expect.stringContaining('nothing proves that it was harmed'),
    ]);
  },
);
