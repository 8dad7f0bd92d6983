import { readFile } from 'node:fs/promises';

/** What Linux keeps of how long any process has waited for a processor, in all. */
const FILE = '/proc/pressure/cpu';

/** A moment, and how long until then some process of this machine had a processor to wait for. */
export interface PressureReading {
  readonly atMs: number;
  readonly waitedMs: number;
}

/** Reads it now; `undefined` where the system keeps no such record. */
export async function readPressure(): Promise<PressureReading | undefined> {
  const text = await readFile(FILE, 'utf8').catch(() => '');
  const totalUs = /^some .* total=(\d+)$/m.exec(text)?.[1];
  return totalUs === undefined ? undefined : { atMs: performance.now(), waitedMs: Number(totalUs) / 1_000 };
}

/** The share of the time between two readings in which some process waited for a processor, from 0 to 1; 0 where nobody knows. */
export function pressureBetween(from: PressureReading | undefined, to: PressureReading | undefined): number {
  if (!from || !to || to.atMs === from.atMs) return 0;
  return Math.min(1, (to.waitedMs - from.waitedMs) / (to.atMs - from.atMs));
}
