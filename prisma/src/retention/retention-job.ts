import { messageOf } from '../errors/thrown-value.ts';
import type { TransactionalClient } from '../transactions/sql-transaction.ts';
import { startWakeLoop, type WakeLoop } from '../wake-loop/wake-loop.ts';
import { type DeletedRows, deleteExpiredRows, type ExpiringDatabase } from './delete-expired-rows.ts';
import { renewPartitions } from './renew-partitions.ts';

/** The part of `Databases` that the job needs. */
export interface RetentionDatabases {
  catalog(): TransactionalClient;
  allShards(): { name: string; client: TransactionalClient }[];
}

export interface RetentionJobOptions {
  databases: RetentionDatabases;
  /** Which of them: a service that never opens the shards can still keep the catalog clean. */
  role: ExpiringDatabase['role'];
  intervalMs?: number;
  /** Told of each database from which rows were deleted. */
  onOutcome: (database: string, deleted: DeletedRows) => void;
  /** Told of a run in which a database failed; the others had theirs, and all are tried again within five minutes. */
  onError: (error: unknown) => void;
}

const HOUR_MS = 3_600_000;
const MAX_BACKOFF_MS = 300_000;

/** Deletes expired rows and renews partitions: now, and at every interval. Any number of processes may run it. */
export function startRetentionJob({
  databases,
  role,
  intervalMs = HOUR_MS,
  onOutcome,
  onError,
}: RetentionJobOptions): Pick<WakeLoop, 'stop'> {
  const clean = async (database: ExpiringDatabase, signal: AbortSignal): Promise<void> => {
    try {
      await renewPartitions(database);
      const deleted = await deleteExpiredRows(database, signal);
      if (Object.values(deleted).some((rows) => rows > 0)) onOutcome(database.name, deleted);
    } catch (error) {
      throw new Error(`cannot delete expired rows of ${database.name}: ${messageOf(error)}`, { cause: error });
    }
  };

  return startWakeLoop({
    run: async (signal) => {
      const outcomes = await Promise.allSettled(databasesOf(databases, role).map((each) => clean(each, signal)));
      const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      if (errors.length > 0) throw new AggregateError(errors, errors.map(messageOf).join('; '));
    },
    intervalMs,
    maxBackoffMs: MAX_BACKOFF_MS,
    onError,
  });
}

function databasesOf(databases: RetentionDatabases, role: ExpiringDatabase['role']): ExpiringDatabase[] {
  return role === 'catalog'
    ? [{ name: 'catalog', role, client: databases.catalog() }]
    : databases.allShards().map((shard) => ({ ...shard, role }));
}
