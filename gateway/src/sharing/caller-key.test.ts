import { describe, expect, it } from '@jest/globals';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { createCallerKey } from './caller-key.ts';

const viewer: Viewer = { userId: 'usr_1', role: 'CUSTOMER', sessionId: 'ses_1', scopes: ['a', 'b'] };
const headers = new Headers({ 'accept-language': 'en', 'x-request-id': '1' });
const caller = { viewer, clientAddress: '192.0.2.1', headers: readable(headers) };
const callerKey = createCallerKey({ headerNames: ['accept-language', 'x-variant'], isAddressTold: true });

function readable(given: Headers) {
  return { get: (name: string) => given.get(name) ?? undefined };
}

function withHeaders(changes: Record<string, string>) {
  return readable(new Headers({ ...Object.fromEntries(headers), ...changes }));
}

describe('the key of a caller', () => {
  it.each<[string, Partial<typeof caller> | { viewer: null }]>([
    ['nobody', { viewer: null }],
    ['another user', { viewer: { ...viewer, userId: 'usr_2' } }],
    ['another role', { viewer: { ...viewer, role: 'ADMIN' } }],
    ['another session', { viewer: { ...viewer, sessionId: 'ses_2' } }],
    ['fewer scopes', { viewer: { ...viewer, scopes: ['a'] } }],
    ['one scope that looks like two', { viewer: { ...viewer, scopes: ['a","b'] } }],
    ['another address', { clientAddress: '192.0.2.2' }],
    ['another value of a listed header', { headers: withHeaders({ 'accept-language': 'de' }) }],
    ['one more listed header', { headers: withHeaders({ 'x-variant': '' }) }],
  ])('tells apart %s', (_, change) => {
    expect(callerKey({ ...caller, ...change })).not.toBe(callerKey(caller));
  });

  it('does not depend on any other header', () => {
    expect(callerKey({ ...caller, headers: withHeaders({ 'x-request-id': '2', traceparent: '00' }) })).toBe(
      callerKey(caller),
    );
  });

  it('does not depend on the address where subgraphs are not told it', () => {
    const key = createCallerKey({ headerNames: [], isAddressTold: false });
    expect(key({ ...caller, clientAddress: '192.0.2.2' })).toBe(key(caller));
  });
});
