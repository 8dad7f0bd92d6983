import { describe, expect, it } from '@jest/globals';
import { signViewerHeader, verifyViewerHeader } from './viewer-header.ts';
import { createViewerHeaderSigner, createViewerHeaderVerifier } from './viewer-header-memory.ts';

const nowMs = Date.UTC(2026, 5, 1);
const key = 'first';
const viewer = { userId: 'usr_1', role: 'CUSTOMER', sessionId: 'ses_1', scopes: ['orders:read'] } as const;
const header = { viewer, isExplained: false, clientAddress: '192.0.2.1' };

describe('a signer of viewer headers', () => {
  it('says the same in the same words for a second', () => {
    const sign = createViewerHeaderSigner(key);
    const first = sign(header, nowMs);
    expect(first).toBe(signViewerHeader(header, key, nowMs));
    expect(sign({ ...header, viewer: { ...viewer } }, nowMs + 999)).toBe(first);
    expect(sign(header, nowMs + 1_000)).toBe(signViewerHeader(header, key, nowMs + 1_000));
  });

  it('signs anew when the clock was put back', () => {
    const sign = createViewerHeaderSigner(key);
    sign(header, nowMs);
    expect(sign(header, nowMs - 1)).toBe(signViewerHeader(header, key, nowMs - 1));
  });

  it.each([
    { ...header, viewer: null },
    { ...header, viewer: { ...viewer, userId: 'usr_2' } },
    { ...header, viewer: { ...viewer, scopes: [] } },
    { ...header, isExplained: true },
    { ...header, clientAddress: '192.0.2.2' },
    { ...header, clientAddress: undefined },
  ])('keeps what it vouches for apart: %j', (other) => {
    const sign = createViewerHeaderSigner(key);
    sign(header, nowMs);
    expect(verifyViewerHeader(sign(other, nowMs), [key], nowMs)).toEqual(other);
  });
});

describe('a verifier of viewer headers', () => {
  const text = signViewerHeader(header, key, nowMs);

  it('accepts a header again, until it has expired', () => {
    const verify = createViewerHeaderVerifier(['newer', key]);
    const first = verify(text, nowMs);
    expect(first).toEqual(header);
    expect(verify(text, nowMs + 65_000)).toBe(first);
    expect(() => verify(text, nowMs + 65_001)).toThrow('it has expired');
    expect(() => verify(text, nowMs - 5_001)).toThrow('it comes from the future');
  });

  it('refuses what is not signed, again and after one that was', () => {
    const verify = createViewerHeaderVerifier([key]);
    verify(text, nowMs);
    const forged = signViewerHeader(header, 'another', nowMs);
    for (const wrong of [forged, forged, `${text}.x`, text.slice(0, -4)]) {
      expect(() => verify(wrong, nowMs)).toThrow('the signature does not match');
    }
    expect(() => verify(undefined, nowMs)).toThrow('Subgraphs answer the gateway only');
    expect(() => verify('', nowMs)).toThrow('Subgraphs answer the gateway only');
  });
});
