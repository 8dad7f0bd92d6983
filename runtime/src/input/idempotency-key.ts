import { CodedError } from '../errors/coded-error.ts';

/** Where the key of a mutation may be. */
export interface IdempotencyKeySources {
  /** Of the mutation's input. */
  readonly field: string | null | undefined;
  /** Of the request, as the gateway tells it: it counts for every mutation of the request that takes a key. */
  readonly header: string | undefined;
}

/**
 * The key of a mutation, in lower case, as equal UUIDs differ in case; `undefined` when there is none.
 * @throws CodedError IDEMPOTENCY_KEY_INVALID when there are two
 */
export function findIdempotencyKey({ field, header }: IdempotencyKeySources): string | undefined {
  const key = field?.toLowerCase();
  if (key !== undefined && header !== undefined && key !== header) {
    throw new CodedError('IDEMPOTENCY_KEY_INVALID', 'The Idempotency-Key header differs from the key of the input');
  }
  return key ?? header;
}

/**
 * As `findIdempotencyKey`, for a mutation that has to have a key.
 * @throws CodedError IDEMPOTENCY_KEY_REQUIRED, IDEMPOTENCY_KEY_INVALID
 */
export function requireIdempotencyKey(sources: IdempotencyKeySources): string {
  const key = findIdempotencyKey(sources);
  if (key !== undefined) return key;
  throw new CodedError(
    'IDEMPOTENCY_KEY_REQUIRED',
    'Send a UUID as input.idempotencyKey or in the Idempotency-Key header: the mutation acts once for each',
  );
}
