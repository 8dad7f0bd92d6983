import type { JsonValue } from '../queue/event-envelope.ts';
import type { SqlTransaction } from '../transactions/sql-transaction.ts';
import { IdempotencyKeyBusyError, IdempotencyKeyReusedError } from './idempotency-errors.ts';
import { hashRequest } from './request-hash.ts';

export interface IdempotentOperation {
  /** The user on whose behalf the operation runs: keys of different owners never meet. */
  ownerId: bigint;
  /** For example `placeOrder`: the same key may be used for another operation. */
  operation: string;
  /** Chosen by the client. */
  key: string;
  /** What the client asked for: anything JSON can hold, and bigints. */
  request: unknown;
}

/** Class of the advisory locks that say for which keys an operation is under way. */
const KEY_LOCK_CLASS = 7707;

/**
 * Runs an operation once for a key: the first call runs it and keeps its response; later ones with an equal request get that
 * response. It works inside the caller's transaction on the owner's database, so the key, the response and what the operation
 * wrote are committed together or not at all.
 *
 * While the first call is under way, another one is refused at once instead of holding its connection: `createIdempotentCalls`
 * lets it wait without one.
 * @throws IdempotencyKeyReusedError when the key was used with another request
 * @throws IdempotencyKeyBusyError while the first call is under way
 */
export async function runIdempotent<Response extends JsonValue>(
  tx: SqlTransaction,
  call: IdempotentOperation,
  run: () => Promise<Response>,
): Promise<Response> {
  const { ownerId, operation, key } = call;
  const requestHash = hashRequest(call.request);
  if (!(await claimKey(tx, call, requestHash))) {
    const [first] = await tx.$queryRaw<{ isSameRequest: boolean; response: Response }[]>`
      SELECT request_hash = ${requestHash} AS "isSameRequest", response FROM idempotency_keys
      WHERE owner_id = ${ownerId} AND operation = ${operation} AND key = ${key}`;
    // Either the first call has not committed, or its row was deleted just now for its age: both are over in a moment.
    if (first === undefined) throw new IdempotencyKeyBusyError(operation);
    if (!first.isSameRequest) throw new IdempotencyKeyReusedError(operation);
    return first.response;
  }
  const response = await run();
  await tx.$executeRaw`
    UPDATE idempotency_keys SET response = ${JSON.stringify(response)}::jsonb
    WHERE owner_id = ${ownerId} AND operation = ${operation} AND key = ${key}`;
  return response;
}

/**
 * Whether the key is this transaction's. The lock belongs to the transaction, so no crash and no pooled connection can keep it;
 * without it the insertion would wait for that of another transaction, which nobody bounds.
 */
async function claimKey(
  tx: SqlTransaction,
  { ownerId, operation, key }: IdempotentOperation,
  requestHash: Uint8Array,
): Promise<boolean> {
  const lockName = `${ownerId} ${operation} ${key}`;
  const claimed = await tx.$executeRaw`
    INSERT INTO idempotency_keys (owner_id, operation, key, request_hash, response)
    SELECT ${ownerId}::bigint, ${operation}::text, ${key}::text, ${requestHash}::bytea, 'null'::jsonb
    WHERE pg_try_advisory_xact_lock(${KEY_LOCK_CLASS}::integer, hashtext(${lockName}))
    ON CONFLICT DO NOTHING`;
  return claimed === 1;
}
