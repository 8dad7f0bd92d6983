import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { tokenAudience, tokenIssuer } from './access-tokens.ts';
import type { Contender } from './contender.ts';

/** What starts our gateway. */
export const gatewayProgram = join(import.meta.dirname, '../../../../gateway/src/main.ts');

/**
 * What of our gateway is not measured here: to weigh operations, and to tell clients what they have seen, which a gateway does as soon
 * as it has a key to sign that with. The same for the gateway with and without security, so that they differ in nothing else.
 */
export const leftOut = { TRIBUTARY_COST: 'off', TRIBUTARY_SESSION_TTL_MS: '0' };

const tokenKeys = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** PEM: verifies the access tokens of this run. */
export const tokenPublicKey = tokenKeys.publicKey;

/**
 * Our gateway as it is to be run where it matters: callers have tokens, sessions may have ended, the fields asked for take a token
 * and scopes, and each request to a subgraph is signed.
 */
export const secured: Contender = {
  id: 'tributary-secured',
  name: 'Tributary, secured',
  withoutId: 'tributary',
  isPeer: false,
  isSharing: false,
  tokenKey: tokenKeys.privateKey,
  args: ({ port, securedSupergraphFile }) => [
    gatewayProgram,
    '--supergraph',
    securedSupergraphFile,
    '--port',
    String(port),
  ],
  environment: ({ tokenKeyFile, revocationsUrl }) => ({
    ...leftOut,
    TRIBUTARY_EXECUTOR: 'compiled',
    TRIBUTARY_SHARING: 'off',
    TRIBUTARY_JWT_PUBLIC_KEY_FILE: tokenKeyFile,
    TRIBUTARY_JWT_ISSUER: tokenIssuer,
    TRIBUTARY_JWT_AUDIENCE: tokenAudience,
    TRIBUTARY_REVOCATIONS_URL: revocationsUrl,
    TRIBUTARY_REVOCATIONS_UNKNOWN: 'closed',
    TRIBUTARY_GATEWAY_KEYS: 'the key that signs the requests of this measurement',
    TRIBUTARY_HTTPS_ONLY_S: '31536000',
  }),
};
