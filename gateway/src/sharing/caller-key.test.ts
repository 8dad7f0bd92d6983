import { describe, expect, it } from '@jest/globals';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { createCallerKey } from './caller-key.ts';

const viewer: Viewer = { userId: 'usr_1', role: 'CUSTOMER', sessionId: 'ses_1', scopes: ['a', 'b'] };
const callerKey = createCallerKey(['accept-language', 'x-variant']);

function headersWith(changes: Record<string, string> = {}) {
  const headers = new Headers({ 'accept-language': 'en', 'x-request-id': '1', ...changes });
  return { get: (name: string) => headers.get(name) ?? undefined };
}

const key = callerKey(viewer, headersWith());

describe('the key of a caller', () => {
  it.each<[string, Viewer | null]>([
    ['nobody', null],
    ['another user', { ...viewer, userId: 'usr_2' }],
    ['another role', { ...viewer, role: 'ADMIN' }],
    ['another session', { ...viewer, sessionId: 'ses_2' }],
    ['fewer scopes', { ...viewer, scopes: ['a'] }],
    ['one scope that looks like two', { ...viewer, scopes: ['a","b'] }],
  ])('tells apart %s', (_, other) => {
    expect(callerKey(other, headersWith())).not.toBe(key);
  });

  it.each([{ 'accept-language': 'de' }, { 'x-variant': '' }])('tells apart listed headers: %p', (changes) => {
    expect(callerKey(viewer, headersWith(changes))).not.toBe(key);
  });

  it('is the same for the same viewer and listed headers', () => {
    expect(callerKey({ ...viewer }, headersWith({ 'x-request-id': '2', traceparent: '00' }))).toBe(key);
  });
});
