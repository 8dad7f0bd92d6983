import { describe, expect, it } from '@jest/globals';
import { composeId, ID_EPOCH_MS } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { makeRefreshToken, readRefreshToken } from './refresh-token.ts';

const sessionId = composeId({ timeMs: ID_EPOCH_MS + 1_000, logicalShard: 700, sequence: 1 });

describe('a refresh token', () => {
  it('says its session, and keeps its secret out of what is stored', () => {
    const { text, secretHash } = makeRefreshToken(sessionId);
    expect(readRefreshToken(text)).toEqual({ sessionId, secretHash });
    expect(secretHash).toHaveLength(32);
    expect(text).not.toContain(Buffer.from(secretHash).toString('base64url'));
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
    ['a third part', `${text}.x`],
    ['an id of another type', text.replace('ses_', 'usr_')],
    ['a text without an id', `.${text.split('.')[1]}`],
  ])('is not read from %s', (_what, wrong) => {
    expect(readRefreshToken(wrong)).toBeUndefined();
  });
});
