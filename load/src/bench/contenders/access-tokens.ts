import { createPrivateKey, sign } from 'node:crypto';

/** Who says so in the tokens of a measurement, and for whom. */
export const tokenIssuer = 'the issuer of this measurement';
export const tokenAudience = 'the gateways of this measurement';

/** All that the secured subgraphs ask of anybody. */
const scope = 'users:read products:read prices:read';
const lifetimeS = 900;

/**
 * Makes access tokens (JWT, EdDSA) of customers who may see everything. A customer has one token; those of another maker are new.
 * @param privateKey Ed25519, PEM
 */
export function createTokenMaker(privateKey: string): (customer: number) => string {
  const key = createPrivateKey(privateKey);
  const issuedAtS = Math.floor(Date.now() / 1_000);
  const made = new Map<number, string>();

  function make(customer: number): string {
    const digits = `${issuedAtS}${String(customer).padStart(3, '0')}`;
    const text = [
      { alg: 'EdDSA', typ: 'JWT' },
      {
        sub: `usr_${digits}`,
        role: 'CUSTOMER',
        sid: `ses_${digits}`,
        scope,
        iss: tokenIssuer,
        aud: tokenAudience,
        iat: issuedAtS,
        exp: issuedAtS + lifetimeS,
      },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
  }

  return (customer) => {
    const token = made.get(customer) ?? make(customer);
    made.set(customer, token);
    return token;
  };
}
