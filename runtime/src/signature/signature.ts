import { hash } from 'node:crypto';
import type { GatewayKey } from './gateway-key.ts';
import { hmacSha256 } from './hmac.ts';

/** What the gateway vouches for, as `encodeCaller` says it. */
export const viewerHeaderName = 'x-tributary-viewer';

/** The key's id, the time in ms, the nonce and the signature, with dots between them. */
export const signatureHeaderName = 'x-tributary-signature';

/** What of a request is signed besides the time and the nonce. */
export interface SignedParts {
  /** The name of the subgraph that it is for: no other takes it. */
  readonly subgraph: string;
  readonly method: string;
  /** Path and query string, as they are sent. */
  readonly target: string;
  /** Empty where there is none. */
  readonly body: string | Buffer;
  /** The text of the viewer header. */
  readonly claims: string;
}

/** HMAC-SHA-256 over all parts of a request, in base64url: 43 characters. */
export function signatureOf(key: GatewayKey, parts: SignedParts, timestamp: string, nonce: string): string {
  const { subgraph, method, target, body, claims } = parts;
  const bodyHash = hash('sha256', body, 'base64url');
  // No name, request line or header holds a line feed, so no other parts have the same text.
  const text = `${subgraph}\n${method}\n${target}\n${bodyHash}\n${claims}\n${timestamp}\n${nonce}`;
  return hmacSha256(key.pads, text);
}
