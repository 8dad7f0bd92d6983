import { timingSafeEqual } from 'node:crypto';
import type { RequestHeaders } from '../http/http-message.ts';
import type { GatewayKeys } from './gateway-keys.ts';
import { NonceMemory } from './nonce-memory.ts';
import { type SignedParts, signatureHeaderName, signatureOf, viewerHeaderName } from './signature.ts';
import { SignatureRefusal } from './signature-refusal.ts';
import { decodeCaller, type VouchedCaller } from './vouched-caller.ts';

/** A request as it came. */
export interface ReceivedRequest extends Omit<SignedParts, 'claims' | 'subgraph'> {
  readonly headers: Pick<RequestHeaders, 'get'>;
}

/**
 * Whom the gateway vouches for in a request.
 *
 * @throws SignatureRefusal
 */
export type RequestVerifier = (request: ReceivedRequest, nowMs: number) => Promise<VouchedCaller>;

export interface RequestVerifierOptions {
  /** The name of the subgraph that requests are to be for. */
  readonly subgraph: string;
  readonly keys: Pick<GatewayKeys, 'find' | 'findAgain'>;
  /** How far the time-stamp of a request may be from now, either way. */
  readonly windowMs: number;
}

const signatureForm = /^([\w-]{8})\.(\d{1,15})\.([\w-]{12})\.([\w-]{43})$/;

/**
 * Makes what tells the gateway's requests from all others, and each of them from its repetition.
 *
 * It remembers the nonces that it has seen, so there is one for each process. What another process has accepted, or this one before
 * a restart, it would accept once within the window; that writes are idempotent is what helps there.
 */
export function createRequestVerifier({ subgraph, keys, windowMs }: RequestVerifierOptions): RequestVerifier {
  const nonces = new NonceMemory({ windowMs });

  return async ({ headers, ...request }, nowMs) => {
    const text = headers.get(signatureHeaderName);
    if (text === undefined || text === '') throw new SignatureRefusal('GATEWAY_SIGNATURE_REQUIRED');
    const [, keyId = '', timestamp = '', nonce = '', signature = ''] = signatureForm.exec(text) ?? [];
    const key = keys.find(keyId) ?? (await keys.findAgain(keyId));
    if (!key) throw new SignatureRefusal('GATEWAY_SIGNATURE_INVALID');

    const claims = headers.get(viewerHeaderName) ?? '';
    const expected = signatureOf(key, { ...request, subgraph, claims }, timestamp, nonce);
    if (!isSame(signature, expected)) throw new SignatureRefusal('GATEWAY_SIGNATURE_INVALID');

    // From here on it is known to be the gateway's, so that nobody else can fill the memory.
    const timestampMs = Number(timestamp);
    if (!nonces.isCurrent(timestampMs, nowMs)) throw new SignatureRefusal('GATEWAY_SIGNATURE_EXPIRED');
    if (!nonces.add(nonce, timestampMs, nowMs)) throw new SignatureRefusal('GATEWAY_SIGNATURE_REPLAYED');
    return decode(claims);
  };
}

/** In a time that does not tell where they differ. Both are as long as `signatureForm` says. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(expected, 'latin1'));
}

function decode(claims: string): VouchedCaller {
  try {
    return decodeCaller(claims);
  } catch (error) {
    throw new SignatureRefusal('GATEWAY_SIGNATURE_INVALID', error);
  }
}
