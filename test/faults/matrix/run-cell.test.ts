import { expect, it } from '@jest/globals';
import type { FaultTarget } from '../../kit/faults/fault-target.ts';
import type { Sample } from '../load/sample.ts';
import type { SteadyLoad } from '../load/steady-load.ts';
import { runCell } from './run-cell.ts';

it('leaves no request out of what is judged, not even those that are sent while the victim comes back', async () => {
  const samples: Sample[] = [];
  const send = async () => {
    samples.push({ operation: 'page', sentAtMs: performance.now(), tookMs: 1, missing: [] });
  };
  const target: FaultTarget = { name: 'orders-1', kill: send, start: send, pause: send, resume: send };
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
