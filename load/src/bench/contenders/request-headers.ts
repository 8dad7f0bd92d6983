import { createHmac, hash, randomBytes } from 'node:crypto';

/**
 * What a POST to `/graphql` of a contender has to carry besides the usual headers: nothing, or a gateway's signature, which is good
 * for one request and a few seconds. No two requests are on behalf of the same customer, so that a subgraph that knows callers
 * again has no advantage by it.
 */
export function requestHeaders(gatewayKey: string | undefined, body: string): Record<string, string> {
  if (gatewayKey === undefined) return {};
  const hmac = (text: string) => createHmac('sha256', gatewayKey).update(text).digest('base64url');
  const keyId = hmac('gateway key id').slice(0, 8);
  const timestamp = Date.now();
  const nonce = randomBytes(9).toString('base64url');
  const viewer = { userId: `usr_${nonce}`, role: 'CUSTOMER', sessionId: `ses_${nonce}`, scopes: [] };
  const claims = Buffer.from(JSON.stringify({ viewer, isExplained: false })).toString('base64url');
  const bodyHash = hash('sha256', body, 'base64url');
  const signature = hmac(`POST\n/graphql\n${bodyHash}\n${claims}\n${timestamp}\n${nonce}`);
  return {
    'x-tributary-viewer': claims,
    'x-tributary-signature': `${keyId}.${timestamp}.${nonce}.${signature}`,
  };
}
