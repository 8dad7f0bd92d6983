import { type KeyObject, sign } from 'node:crypto';

/**
 * Makes a token (JWT, EdDSA) as the issuer of a measured stack would.
 * @param key private, Ed25519
 */
export function signToken(claims: object, key: KeyObject): string {
  const text = `${encode({ alg: 'EdDSA', typ: 'JWT' })}.${encode(claims)}`;
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
