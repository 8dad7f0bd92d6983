import { createPrivateKey, randomUUID } from 'node:crypto';
import { signToken } from '../../sign-token.ts';

/** Who says so in the tokens of a measurement, and for whom. */
export const tokenIssuer = 'the issuer of this measurement';
export const tokenAudience = 'the gateways of this measurement';

/** All that the secured subgraphs ask of anybody. */
const scope = 'users:read products:read prices:read';
/** 2100: no measurement lasts so long. */
const expiresAtS = 4_102_444_800;
const regularCustomers = 500;
/** One in so many requests has a token that no gateway has seen; by number and not by time, so that a fast one verifies as many. */
const requestsPerNewToken = 100;

/**
 * Makes access tokens (JWT, EdDSA) of customers who may see everything. Most requests come from customers who come all the time, with
 * the same tokens in every load of a run.
 * @param privateKey Ed25519, PEM
 * @returns the token of the request of a number, from 0
 */
export function createTokens(privateKey: string): (index: number) => string {
  const key = createPrivateKey(privateKey);
  const newcomers = randomUUID();
  const tokens = new Map<number, string>();

  function tokenFor(customer: string): string {
    const claims = {
      sub: `usr_${customer}`,
      role: 'CUSTOMER',
      sid: `ses_${customer}`,
      scope,
      iss: tokenIssuer,
      aud: tokenAudience,
      exp: expiresAtS,
    };
    return signToken(claims, key);
  }

  return (index) => {
    if (index % requestsPerNewToken === requestsPerNewToken - 1) return tokenFor(`${newcomers}_${index}`);
    const customer = index % regularCustomers;
    const token = tokens.get(customer) ?? tokenFor(`regular_${customer}`);
    tokens.set(customer, token);
    return token;
  };
}
