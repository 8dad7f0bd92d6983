import type { JsonValue } from '../queue/event-envelope.ts';
import type { SqlTransaction } from '../transactions/sql-transaction.ts';
import { hashRequest } from './request-hash.ts';

/** The key came before with another request, so it cannot be answered with what that request got. */
export class IdempotencyKeyReusedError extends Error {
  override readonly name = 'IdempotencyKeyReusedError';
  readonly code = 'IDEMPOTENCY_KEY_REUSED';

  constructor(operation: string) {
    super(`this idempotency key was used before for ${operation} with other arguments: use a new key`);
  }
}

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

/**
 * Runs an operation once for a key: the first call runs it and keeps its response; later ones with an equal request get that
 * response. It works inside the caller's transaction on the owner's database, so the key, the response and what the operation
 * wrote are committed together or not at all. A call that arrives while the first is under way waits for its transaction.
 * @throws IdempotencyKeyReusedError when the key was used with another request.
 */
export async function runIdempotent<Response extends JsonValue>(
  tx: SqlTransaction,
  { ownerId, operation, key, request }: IdempotentOperation,
  run: () => Promise<Response>,
): Promise<Response> {
  const requestHash = hashRequest(request);
  const claimed = await tx.$executeRaw`
    INSERT INTO idempotency_keys (owner_id, operation, key, request_hash, response)
    VALUES (${ownerId}, ${operation}, ${key}, ${requestHash}, 'null') ON CONFLICT DO NOTHING`;
  if (claimed === 0) {
    const [first] = await tx.$queryRaw<{ isSameRequest: boolean; response: Response }[]>`
      SELECT request_hash = ${requestHash} AS "isSameRequest", response FROM idempotency_keys
      WHERE owner_id = ${ownerId} AND operation = ${operation} AND key = ${key}`;
    // Its time ran out in between, and the row was deleted: the key is a new one.
    if (first === undefined) return runIdempotent(tx, { ownerId, operation, key, request }, run);
    if (!first.isSameRequest) throw new IdempotencyKeyReusedError(operation);
    return first.response;
  }
  const response = await run();
  await tx.$executeRaw`
    UPDATE idempotency_keys SET response = ${JSON.stringify(response)}::jsonb
    WHERE owner_id = ${ownerId} AND operation = ${operation} AND key = ${key}`;
  return response;
}
