import { createHmac } from 'node:crypto';
import { type HmacPads, hmacPads } from './hmac.ts';

/** A secret that gateways and subgraphs share. */
export interface GatewayKey {
  /** Names the key in a signature, so that only one has to be tried; says nothing else of it. */
  readonly id: string;
  readonly pads: HmacPads;
}

/** What HMAC-SHA-256 needs to be as strong as it can be: https://www.rfc-editor.org/rfc/rfc2104#section-3 */
export const keyMinimumBytes = 32;

/** Whether a text is long enough to be a key. */
export function isLongEnough(text: string): boolean {
  return Buffer.byteLength(text) >= keyMinimumBytes;
}

/** @throws TypeError for a text of less than 32 bytes */
export function gatewayKey(text: string): GatewayKey {
  if (!isLongEnough(text)) throw new TypeError(`a gateway key has at least ${keyMinimumBytes} bytes`);
  const id = createHmac('sha256', text).update('gateway key id').digest('base64url').slice(0, 8);
  return { id, pads: hmacPads(Buffer.from(text)) };
}
