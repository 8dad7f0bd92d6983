import { createPrivateKey, type KeyObject } from 'node:crypto';
import { signToken } from '../sign-token.ts';
import { composeId, encodeId } from './graph-id.ts';

/** Somebody who may place orders. There is a token and no account: nothing that an order takes looks at one. */
export interface Buyer {
  readonly token: string;
}

/** Whose tokens the local stack takes. */
const issuer = 'tributary-local';
const audience = 'tributary';
const lifetimeS = 3_600;

const logicalShardCount = 1_023;

/**
 * Makes buyers, spread evenly over all logical shards, and so over all databases.
 * @param privateKeyPem the stack's, Ed25519
 */
export function makeBuyers(count: number, privateKeyPem: string): Buyer[] {
  const key = createPrivateKey(privateKeyPem);
  const nowMs = Date.now();
  return Array.from({ length: count }, (_, index) => {
    const logicalShard = Math.floor((index * logicalShardCount) / count);
    return {
      token: makeToken(encodeId(composeId({ timeMs: nowMs, logicalShard, sequence: index % 4_096 })), { nowMs, key }),
    };
  });
}

function makeToken(id: string, { nowMs, key }: { nowMs: number; key: KeyObject }): string {
  const issuedAtS = Math.floor(nowMs / 1_000);
  const claims = {
    sub: `usr_${id}`,
    role: 'CUSTOMER',
    sid: `ses_${id}`,
    scope: 'orders:read orders:write',
    iss: issuer,
    aud: audience,
    iat: issuedAtS,
    exp: issuedAtS + lifetimeS,
  };
  return signToken(claims, key);
}
