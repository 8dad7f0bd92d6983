import { startWakeLoop, type WakeLoop } from '../wake-loop/wake-loop.ts';
import { ensurePartitions, type PartitionedDatabases, type ShardPartitions } from './ensure-partitions.ts';

export interface PartitionJobOptions {
  databases: PartitionedDatabases;
  /** How many months to be ahead of the current one. */
  monthsAhead?: number;
  intervalMs?: number;
  /** Told after every run that went well; rows in a default partition are a reason to raise an alarm. */
  onOutcome: (shards: ShardPartitions[]) => void;
  /** Told of a run that failed; it is run again within a minute. */
  onError: (error: unknown) => void;
}

const SIX_HOURS_MS = 6 * 3_600_000;
const MAX_BACKOFF_MS = 60_000;

/** Makes next months' partitions ahead of time: now, and at every interval. Any number of processes may run it. */
export function startPartitionJob({
  databases,
  monthsAhead = 3,
  intervalMs = SIX_HOURS_MS,
  onOutcome,
  onError,
}: PartitionJobOptions): Pick<WakeLoop, 'stop'> {
  return startWakeLoop({
    run: async () => onOutcome(await ensurePartitions(databases, { monthsAhead })),
    intervalMs,
    maxBackoffMs: MAX_BACKOFF_MS,
    onError,
  });
}
