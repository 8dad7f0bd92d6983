import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { HttpRequest } from '@tributary/runtime/http/http-message';
import { isBatch } from './batch.ts';

/** draft-ietf-httpapi-idempotency-key-header */
export const IDEMPOTENCY_KEY_HEADER = 'idempotency-key';

/** With the quotes of a structured field, as the draft has it, or bare, as most clients send it. */
const HEADER_FORM = /^("?)([\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})\1$/i;

/**
 * What subgraphs are told to know a repetition of the request by, in lower case; `undefined` where the client says nothing.
 * @throws CodedError IDEMPOTENCY_KEY_INVALID
 */
export function readIdempotencyKey(request: HttpRequest): string | undefined {
  const text = request.headers.get(IDEMPOTENCY_KEY_HEADER);
  if (text === undefined) return undefined;
  if (isBatch(request)) {
    throw new CodedError(
      'IDEMPOTENCY_KEY_INVALID',
      'Operations of a batch have their keys in their input, each its own',
    );
  }
  const [, , key] = HEADER_FORM.exec(text.trim()) ?? [];
  if (key === undefined) throw new CodedError('IDEMPOTENCY_KEY_INVALID', 'Idempotency-Key has to be a UUID');
  return key.toLowerCase();
}
