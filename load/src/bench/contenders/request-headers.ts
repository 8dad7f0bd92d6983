import { createHmac, hash, randomBytes } from 'node:crypto';
import { createTokens } from './access-tokens.ts';

/** What a contender's callers have, if it does not take anybody. */
export interface CallerSecrets {
  /** A gateway's: it signs requests to a subgraph. */
  readonly gatewayKey?: string | undefined;
  /** An issuer's: it signs the access tokens of a gateway's callers. */
  readonly tokenKey?: string | undefined;
}

/**
 * What the POSTs to `/graphql` of a contender have to carry besides the usual headers: nothing, an access token, or a gateway's
 * signature.
 * @returns the headers of the request of a number, from 0
 */
export function createRequestHeaders({
  gatewayKey,
  tokenKey,
}: CallerSecrets): (body: string, index: number) => Record<string, string> {
  if (gatewayKey !== undefined) return (body) => signatureHeaders(gatewayKey, body);
  if (tokenKey === undefined) return () => ({});
  const tokenOf = createTokens(tokenKey);
  return (_, index) => ({ authorization: `Bearer ${tokenOf(index)}` });
}

/** The subgraph that is measured alone. */
const subgraph = 'catalog';

/**
 * A signature is good for one request and a few seconds. No two requests are on behalf of the same customer, so that a subgraph that
 * knows callers again has no advantage by it.
 */
function signatureHeaders(gatewayKey: string, body: string): Record<string, string> {
  const hmac = (text: string) => createHmac('sha256', gatewayKey).update(text).digest('base64url');
  const keyId = hmac('gateway key id').slice(0, 8);
  const timestamp = Date.now();
  const nonce = randomBytes(9).toString('base64url');
  const viewer = { userId: `usr_${nonce}`, role: 'CUSTOMER', sessionId: `ses_${nonce}`, scopes: [] };
  const claims = JSON.stringify({ viewer, isExplained: false });
  const bodyHash = hash('sha256', body, 'base64url');
  const signature = hmac(`${subgraph}\nPOST\n/graphql\n${bodyHash}\n${claims}\n${timestamp}\n${nonce}`);
  return {
    'x-tributary-viewer': claims,
    'x-tributary-signature': `${keyId}.${timestamp}.${nonce}.${signature}`,
  };
}
