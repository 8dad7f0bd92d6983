import { describe, expect, it } from '@jest/globals';
import { signViewerHeader, verifyViewerHeader } from './viewer-header.ts';

const nowMs = Date.UTC(2026, 5, 1);
const viewer = {
  userId: 'usr_1',
  role: 'CUSTOMER',
  sessionId: 'ses_1',
  scopes: ['orders:read', 'orders:write'],
} as const;
const key = 'first';
const signed = signViewerHeader({ viewer, isExplained: false }, key, nowMs);

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
  return 'accepted';
}

/** A header with other claims and the right form, signed by somebody who does not have the key. */
function forge(claims: unknown, forgersKey: string): string {
  const [, signature] = signViewerHeader({ viewer, isExplained: false }, forgersKey, nowMs).split('.');
  return `${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
}

describe('viewer header', () => {
  it.each([
    { viewer, isExplained: false },
    { viewer: null, isExplained: true },
    { viewer, isExplained: false, clientAddress: '192.0.2.7' },
  ])('carries %j', (header) => {
    expect(verifyViewerHeader(signViewerHeader(header, key, nowMs), [key], nowMs)).toEqual(header);
  });

  it('is accepted under any of the keys, so that they can be rotated', () => {
    expect(verifyViewerHeader(signed, ['newer', key], nowMs).viewer).toEqual(viewer);
    expect(codeOf(() => verifyViewerHeader(signed, ['newer'], nowMs))).toBe('GATEWAY_SIGNATURE_INVALID');
    expect(codeOf(() => verifyViewerHeader(signed, [], nowMs))).toBe('GATEWAY_SIGNATURE_INVALID');
  });

  it('lives for 60 seconds, and 5 more for clocks that differ', () => {
    expect(codeOf(() => verifyViewerHeader(signed, [key], nowMs + 65_000))).toBe('accepted');
    expect(codeOf(() => verifyViewerHeader(signed, [key], nowMs + 65_001))).toBe('GATEWAY_SIGNATURE_INVALID');
    expect(codeOf(() => verifyViewerHeader(signed, [key], nowMs - 5_000))).toBe('accepted');
    expect(codeOf(() => verifyViewerHeader(signed, [key], nowMs - 5_001))).toBe('GATEWAY_SIGNATURE_INVALID');
  });

  it.each([undefined, ''])('is required: %j', (text) => {
    expect(codeOf(() => verifyViewerHeader(text, [key], nowMs))).toBe('GATEWAY_SIGNATURE_REQUIRED');
  });

  it.each([
    ['no signature', signed.split('.')[0]],
    ['an empty signature', `${signed.split('.')[0]}.`],
    ['a shortened signature', signed.slice(0, -4)],
    ['a third part', `${signed}.x`],
    ['two headers joined', `${signed}, ${signed}`],
    [
      'claims of another viewer',
      forge({ viewer: { ...viewer, role: 'ADMIN' }, isExplained: true, expiresAtMs: nowMs }, key),
    ],
    ['no text of ours', '.'],
  ])('is refused with %s', (_, text) => {
    expect(codeOf(() => verifyViewerHeader(text, [key], nowMs))).toBe('GATEWAY_SIGNATURE_INVALID');
  });
});
