import { describe, expect, it } from '@jest/globals';
import { composeId, ID_EPOCH_MS } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { makeRefreshToken, readRefreshToken } from './refresh-token.ts';

const sessionId = composeId({ timeMs: ID_EPOCH_MS + 1_000, logicalShard: 700, sequence: 1 });

describe('a refresh token', () => {
  it('says its session, and keeps its secrets out of what is stored', () => {
    const { text, ...token } = makeRefreshToken(sessionId);
    expect(readRefreshToken(text)).toEqual(token);
    for (const stored of [token.secretHash, token.familyHash]) {
      expect(stored).toHaveLength(32);
      expect(text).not.toContain(Buffer.from(stored).toString('base64url'));
    }
  });

  it('has its family in common with the next of its session, and its secret with none', () => {
    const first = makeRefreshToken(sessionId);
    const next = makeRefreshToken(sessionId, first.family);
    expect(next.familyHash).toEqual(first.familyHash);
    expect(next.secretHash).not.toEqual(first.secretHash);
    expect(makeRefreshToken(sessionId).familyHash).not.toEqual(first.familyHash);
  });

  it('differs each time', () => {
    expect(makeRefreshToken(sessionId).text).not.toBe(makeRefreshToken(sessionId).text);
  });

  const { text } = makeRefreshToken(sessionId);
  it.each([
    ['an empty text', ''],
    ['a session id alone', encodeId('session', sessionId)],
    ['a short secret', text.slice(0, -1)],
    ['a long secret', `${text}A`],
    ['a fourth part', `${text}.x`],
    ['a family alone', text.slice(0, text.lastIndexOf('.'))],
    ['an id of another type', text.replace('ses_', 'usr_')],
    ['a text without an id', text.slice(text.indexOf('.'))],
  ])('is not read from %s', (_what, wrong) => {
    expect(readRefreshToken(wrong)).toBeUndefined();
  });
});
