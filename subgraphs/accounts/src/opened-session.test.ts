import { describe, expect, it } from '@jest/globals';
import { composeId } from '@tributary/prisma/ids/id';
import { issueTokens } from './opened-session.ts';

const DAY_MS = 24 * 60 * 60_000;
const signer = { sign: async () => ({ text: 'signed', expiresAt: new Date(0) }) };

/** For how many days the tokens of a session work that was opened so many days ago. */
async function daysLeft(ageDays: number): Promise<number> {
  const nowMs = Date.now();
  const sessionId = composeId({ timeMs: nowMs - ageDays * DAY_MS, logicalShard: 7, sequence: 1 });
  const { row, opened } = await issueTokens(signer, { userId: 7n, role: 'CUSTOMER', sessionId });
  expect(opened.refreshTokenExpiresAt).toEqual(row.expiresAt);
  return (row.expiresAt.getTime() - nowMs) / DAY_MS;
}

describe('the tokens of a session', () => {
  it('work for 30 days, again after each refresh', async () => {
    expect(await daysLeft(0)).toBeCloseTo(30, 3);
    expect(await daysLeft(59)).toBeCloseTo(30, 3);
  });

  it('never work longer than 90 days after it was opened', async () => {
    expect(await daysLeft(61)).toBeCloseTo(29, 3);
    expect(await daysLeft(89)).toBeCloseTo(1, 3);
  });
});
