/** The key came before with another request, so it cannot be answered with what that request got. */
export class IdempotencyKeyReusedError extends Error {
  override readonly name = 'IdempotencyKeyReusedError';
  readonly code = 'IDEMPOTENCY_KEY_REUSED';

  constructor(operation: string) {
    super(`this idempotency key was used before for ${operation} with other arguments: use a new key`);
  }
}

const RETRY_AFTER_S = 1;

/** The first call with this key has not ended yet. */
export class IdempotencyKeyBusyError extends Error {
  override readonly name = 'IdempotencyKeyBusyError';
  readonly code = 'IDEMPOTENCY_KEY_BUSY';
  readonly extensions = { retryAfterSeconds: RETRY_AFTER_S };

  constructor(operation: string) {
    super(`${operation} is still under way for this idempotency key: send it again in ${RETRY_AFTER_S} s`);
  }
}
