import type { SqlTransaction, TransactionalClient } from '../transactions/sql-transaction.ts';

/** The part of `Databases` that partitions need. */
export interface PartitionedDatabases {
  allShards(): { name: string; client: TransactionalClient }[];
}

export interface ShardPartitions {
  database: string;
  /** Names of the partitions that were missing. */
  created: string[];
  /** Rows of orders and items that no month covers: a month was not made in time, and they keep it from being made. */
  defaultRows: number;
}

/** Advisory lock in a shard: one process at a time makes partitions. */
const PARTITION_LOCK = 7704;
/** How long to wait for statements that use a table before giving way: others queue behind whoever waits for it. */
const LOCK_TIMEOUT = '2s';
const TIMEOUT_MS = 60_000;

/**
 * Makes the monthly partitions of orders and their items, from the current month to `monthsAhead` months later, on every shard.
 * @throws AggregateError of what went wrong, after all shards have been tried.
 */
export async function ensurePartitions(
  databases: PartitionedDatabases,
  { monthsAhead }: { monthsAhead: number },
): Promise<ShardPartitions[]> {
  const outcomes = await Promise.allSettled(
    databases.allShards().map(async ({ name, client }) => {
      try {
        return {
          database: name,
          ...(await client.$transaction((tx) => ensureOnShard(tx, monthsAhead), { timeout: TIMEOUT_MS })),
        };
      } catch (error) {
        throw new Error(`cannot make the partitions of ${name}`, { cause: error });
      }
    }),
  );
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (errors.length > 0) throw new AggregateError(errors, errors.map(describe).join('; '));
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/** Counts the rows of orders and items in the default partitions of every shard. */
export async function countDefaultRows(
  databases: PartitionedDatabases,
): Promise<{ database: string; defaultRows: number }[]> {
  return Promise.all(
    databases.allShards().map(async ({ name, client }) => {
      return { database: name, defaultRows: await client.$transaction(countOnShard) };
    }),
  );
}

async function ensureOnShard(tx: SqlTransaction, monthsAhead: number): Promise<Omit<ShardPartitions, 'database'>> {
  await tx.$executeRaw`SELECT set_config('lock_timeout', ${LOCK_TIMEOUT}, true), pg_advisory_xact_lock(${PARTITION_LOCK})`;
  const created = await tx.$queryRaw<{ name: string }[]>`
    SELECT name FROM ensure_order_partitions((now() AT TIME ZONE 'UTC')::date, ${monthsAhead + 1}::integer) AS name`;
  return { created: created.map(({ name }) => name), defaultRows: await countOnShard(tx) };
}

async function countOnShard(tx: SqlTransaction): Promise<number> {
  const [count] = await tx.$queryRaw<{ rows: number }[]>`
    SELECT ((SELECT count(*) FROM orders_default) + (SELECT count(*) FROM order_items_default))::integer AS rows`;
  return count?.rows ?? 0;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}
