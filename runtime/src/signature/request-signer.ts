import type { GatewayKeys } from './gateway-keys.ts';
import { nextNonce } from './nonce.ts';
import { type SignedParts, signatureOf } from './signature.ts';

/**
 * The text of the signature header for one request. It is good for one: whoever sends a request again signs it again.
 *
 * @param keys of which the first signs
 */
export function signRequest(keys: Pick<GatewayKeys, 'first'>, parts: SignedParts, nowMs: number): string {
  const { first } = keys;
  const timestamp = String(nowMs);
  const nonce = nextNonce();
  return `${first.id}.${timestamp}.${nonce}.${signatureOf(first, parts, timestamp, nonce)}`;
}
