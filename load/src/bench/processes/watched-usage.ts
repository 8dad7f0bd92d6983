import { type ProcessUsage, processUsage } from './process-usage.ts';

/** What a process and its descendants used while something ran. */
export interface WatchedUsage<Result> {
  readonly result: Result;
  readonly before: ProcessUsage;
  readonly after: ProcessUsage;
  /** The most that was seen, resident. */
  readonly peakResidentBytes: number;
}

const sampleEveryMs = 250;

/**
 * Looks at a process again and again while `run` is under way.
 * @throws Error when the process is gone, once `run` has ended
 */
export async function watchUsage<Result>(pid: number, run: () => Promise<Result>): Promise<WatchedUsage<Result>> {
  const before = processUsage(pid);
  let peakResidentBytes = before.residentBytes;
  const sampling = setInterval(() => {
    try {
      peakResidentBytes = Math.max(peakResidentBytes, processUsage(pid).residentBytes);
    } catch {
      // It is gone. Said at the end, where who asked can still stop what else runs.
    }
  }, sampleEveryMs);
  const result = await run().finally(() => clearInterval(sampling));
  const after = processUsage(pid);
  return { result, before, after, peakResidentBytes: Math.max(peakResidentBytes, after.residentBytes) };
}
