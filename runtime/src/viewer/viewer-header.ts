import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { CodedError } from '../errors/coded-error.ts';
import { type Viewer, viewerSchema } from './viewer.ts';

/** The header that carries what the gateway vouches for. */
export const viewerHeaderName = 'x-tributary-viewer';

/** What the gateway vouches for on every request to a subgraph. `viewer` is `null` for an anonymous caller. */
export interface ViewerHeader {
  readonly viewer: Viewer | null;
  /** Whether the caller may see what the request did. */
  readonly isExplained: boolean;
  /** The IP address that the request came from, if it is known. */
  readonly clientAddress?: string | undefined;
}

const lifetimeMs = 60_000;
const clockToleranceMs = 5_000;

/** Unknown fields are dropped, so that a newer gateway may say more than an older subgraph understands. */
const claimsSchema = z.object({
  viewer: viewerSchema.nullable(),
  isExplained: z.boolean(),
  clientAddress: z.string().optional(),
  expiresAtMs: z.number(),
});

/** The header's text: base64url of JSON, a dot, and its HMAC-SHA-256 under `key` in base64url. Valid for 60 s from `nowMs`. */
export function signViewerHeader(header: ViewerHeader, key: string, nowMs: number): string {
  const { viewer, isExplained, clientAddress } = header;
  const claims = JSON.stringify({ viewer, isExplained, clientAddress, expiresAtMs: nowMs + lifetimeMs });
  const payload = Buffer.from(claims).toString('base64url');
  return `${payload}.${signatureOf(payload, key).toString('base64url')}`;
}

/**
 * What the gateway vouched for, if one of `keys` signed it and it has not expired (5 s of clock difference are tolerated).
 *
 * @throws CodedError GATEWAY_SIGNATURE_REQUIRED without a header, GATEWAY_SIGNATURE_INVALID for all that is wrong with one
 */
export function verifyViewerHeader(text: string | undefined, keys: readonly string[], nowMs: number): ViewerHeader {
  const signed = readSignedHeader(text, keys);
  requireCurrent(signed, nowMs);
  return signed.header;
}

/** What a gateway signed, whenever that was. */
export interface SignedHeader {
  readonly header: ViewerHeader;
  readonly expiresAtMs: number;
}

/**
 * What the gateway vouched for, if one of `keys` signed it.
 *
 * @throws CodedError GATEWAY_SIGNATURE_REQUIRED without a header, GATEWAY_SIGNATURE_INVALID
 */
export function readSignedHeader(text: string | undefined, keys: readonly string[]): SignedHeader {
  if (text === undefined || text === '') {
    throw new CodedError('GATEWAY_SIGNATURE_REQUIRED', 'Subgraphs answer the gateway only');
  }
  const [payload = '', signature = '', ...rest] = text.split('.');
  if (rest.length > 0 || !isSignedByAny(payload, signature, keys)) throw invalid('the signature does not match');
  const { expiresAtMs, ...header } = parseClaims(payload);
  return { header, expiresAtMs };
}

/** @throws CodedError GATEWAY_SIGNATURE_INVALID unless it was signed in the last 60 s, give or take 5 s of clock difference */
export function requireCurrent({ expiresAtMs }: SignedHeader, nowMs: number): void {
  if (nowMs > expiresAtMs + clockToleranceMs) throw invalid('it has expired');
  if (expiresAtMs > nowMs + lifetimeMs + clockToleranceMs) throw invalid('it comes from the future');
}

function signatureOf(payload: string, key: string): Buffer {
  return createHmac('sha256', key).update(payload).digest();
}

function isSignedByAny(payload: string, signature: string, keys: readonly string[]): boolean {
  const given = Buffer.from(signature, 'base64url');
  return keys.some((key) => {
    const expected = signatureOf(payload, key);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function parseClaims(payload: string): z.output<typeof claimsSchema> {
  try {
    return claimsSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  } catch (error) {
    throw invalid('its claims are not understood', error);
  }
}

function invalid(why: string, cause?: unknown): CodedError {
  return new CodedError('GATEWAY_SIGNATURE_INVALID', `The gateway header is not accepted: ${why}`, { cause });
}
