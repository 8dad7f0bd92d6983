import type { SqlTransaction, TransactionalClient } from '../transactions/sql-transaction.ts';

/** A database whose rows expire. */
export interface ExpiringDatabase {
  name: string;
  /** A shard holds only what the guards allow to be deleted; the catalog has no guards. */
  role: 'catalog' | 'shard';
  client: TransactionalClient;
}

/** How many rows have been deleted. */
export interface DeletedRows {
  inbox: number;
  idempotencyKeys: number;
  /** In the catalog alone. */
  appliedBatches: number;
}

const NOTHING: DeletedRows = { inbox: 0, idempotencyKeys: 0, appliedBatches: 0 };

/** A queue tries an event again for minutes, not for days: no event comes again after so long. */
const INBOX_DAYS = 7;
/** For so long a client may repeat a request and be answered as the first time. */
const IDEMPOTENCY_KEY_HOURS = 24;
/** Counters forget a batch that nobody wrote within 6 days: none comes again after so long. */
const APPLIED_BATCH_DAYS = 7;
/** Advisory lock in a database: one process at a time deletes there. */
const RETENTION_LOCK = 7706;
/** Bounds how long a statement holds its locks, and how far the replicas fall behind. */
const BATCH_SIZE = 1_000;
const BATCH_TIMEOUT_MS = 30_000;

/**
 * Deletes inbox rows and records of counters older than 7 days and idempotency keys older than 24 hours from one database,
 * oldest first, in batches that are transactions of their own. Another process that is at it is left to it. Rows of a logical
 * shard that is being moved stay for the next time.
 * @param signal ends it after the batch under way
 */
export async function deleteExpiredRows(database: ExpiringDatabase, signal?: AbortSignal): Promise<DeletedRows> {
  const deleted = { ...NOTHING };
  for (;;) {
    const batch = await deleteBatch(database);
    deleted.inbox += batch.inbox;
    deleted.idempotencyKeys += batch.idempotencyKeys;
    deleted.appliedBatches += batch.appliedBatches;
    const isMoreLeft = Object.values(batch).includes(BATCH_SIZE);
    if (!isMoreLeft || signal?.aborted) return deleted;
  }
}

async function deleteBatch({ role, client }: ExpiringDatabase): Promise<DeletedRows> {
  return client.$transaction(
    async (tx) => {
      if (!(await tryToBecomeTheDeleter(tx))) return NOTHING;
      return role === 'shard' ? deleteFromShard(tx) : deleteFromCatalog(tx);
    },
    { timeout: BATCH_TIMEOUT_MS },
  );
}

async function tryToBecomeTheDeleter(tx: SqlTransaction): Promise<boolean> {
  const [lock] = await tx.$queryRaw<{ isHeld: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(${RETENTION_LOCK}) AS "isHeld"`;
  return lock?.isHeld === true;
}

/** ARRAY: a subquery inside IN may run once a row, and LIMIT would then bound nothing. SKIP LOCKED: no request is waited for. */
async function deleteFromCatalog(tx: SqlTransaction): Promise<DeletedRows> {
  const inbox = await tx.$executeRaw`
    DELETE FROM inbox WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM inbox WHERE received_at < now() - ${INBOX_DAYS}::integer * interval '1 day'
      ORDER BY received_at LIMIT ${BATCH_SIZE}::integer FOR UPDATE SKIP LOCKED))`;
  const idempotencyKeys = await tx.$executeRaw`
    DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM idempotency_keys WHERE created_at < now() - ${IDEMPOTENCY_KEY_HOURS}::integer * interval '1 hour'
      ORDER BY created_at LIMIT ${BATCH_SIZE}::integer FOR UPDATE SKIP LOCKED))`;
  const appliedBatches = await tx.$executeRaw`
    DELETE FROM applied_batches WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM applied_batches WHERE applied_at < now() - ${APPLIED_BATCH_DAYS}::integer * interval '1 day'
      ORDER BY applied_at LIMIT ${BATCH_SIZE}::integer FOR UPDATE SKIP LOCKED))`;
  return { inbox, idempotencyKeys, appliedBatches };
}

/** As above, without the rows whose deletion the guards refuse: those that a move is copying, or has left behind. */
async function deleteFromShard(tx: SqlTransaction): Promise<DeletedRows> {
  const inbox = await tx.$executeRaw`
    DELETE FROM inbox WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM inbox WHERE received_at < now() - ${INBOX_DAYS}::integer * interval '1 day'
        AND EXISTS (SELECT FROM shard_ownership WHERE logical_shard = inbox.logical_shard)
        AND pg_try_advisory_xact_lock_shared(7700, inbox.logical_shard)
      ORDER BY received_at LIMIT ${BATCH_SIZE}::integer FOR UPDATE SKIP LOCKED))`;
  const idempotencyKeys = await tx.$executeRaw`
    DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM idempotency_keys WHERE created_at < now() - ${IDEMPOTENCY_KEY_HOURS}::integer * interval '1 hour'
        AND EXISTS (SELECT FROM shard_ownership WHERE logical_shard = logical_shard_of(owner_id))
        AND pg_try_advisory_xact_lock_shared(7700, logical_shard_of(owner_id))
      ORDER BY created_at LIMIT ${BATCH_SIZE}::integer FOR UPDATE SKIP LOCKED))`;
  return { ...NOTHING, inbox, idempotencyKeys };
}
