import { join } from 'node:path';
import { runToEnd } from '../processes/child-process.ts';
import type { LoadOrder } from './load-plan.ts';
import type { LoadResult } from './load-result.ts';

/** Beyond the planned time, for what is still under way at its end. */
const graceMs = 60_000;

/**
 * A load in a process of its own, so that it and who measures do not wait for each other.
 * @param core for the load's process; `undefined` leaves it to the operating system
 * @throws Error when its process fails or does not end in time
 */
export async function runLoad(order: LoadOrder, core: number | undefined): Promise<LoadResult> {
  const output = await runToEnd({
    name: 'load',
    args: [join(import.meta.dirname, 'load-main.ts'), JSON.stringify(order)],
    core,
    limitMs: order.seconds * 1_000 + graceMs,
  });
  return JSON.parse(output);
}
