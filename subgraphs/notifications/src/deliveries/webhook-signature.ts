import { createHmac } from 'node:crypto';

export interface SignedMessage {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The headers that prove who sent a message and when, as https://www.standardwebhooks.com has them, so that receivers can use
 * its libraries: an HMAC-SHA-256 over id, time and body for each secret, so that a secret can be exchanged.
 *
 * @param secrets each `whsec_` and a key in Base64, or a text whose bytes are the key; the receiver takes the message when one of
 * them is its own
 */
export function webhookHeaders({ id, timestamp, body }: SignedMessage, secrets: readonly string[]) {
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

function keyOf(secret: string): string | Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
}
