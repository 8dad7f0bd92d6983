import { afterEach, describe, expect, it } from '@jest/globals';
import { createCapturedLogger } from '@tributary/runtime/testing/captured-logger';
import { followRevocations, type Revocation, type RevocationOptions, type Revocations } from './revocations.ts';

let revocations: Revocations;
afterEach(() => revocations.stop());

const inAMinute = () => Date.now() + 60_000;

/** A source that a test can change. `asked` tells how far back each question went. */
function source() {
  const asked: (number | undefined)[] = [];
  let waiting: (() => void)[] = [];
  return {
    asked,
    answer: (): readonly Revocation[] => [],
    /** Until it has been asked from now on, and its answer has been dealt with. */
    nextAnswer: () => new Promise<void>((resolve) => waiting.push(resolve)),
    async read(withinMs?: number) {
      asked.push(withinMs);
      const told = waiting;
      waiting = [];
      try {
        return this.answer();
      } finally {
        setImmediate(() => {
          for (const resolve of told) resolve();
        });
      }
    },
    stop: async () => undefined,
  };
}

async function follow(from: ReturnType<typeof source>, options: Partial<RevocationOptions> = {}) {
  const { logger, lines } = createCapturedLogger();
  revocations = await followRevocations(from, {
    whenUnknown: 'open',
    unknownAfterMs: 60_000,
    keepLongerMs: 0,
    pollMs: 5,
    logger,
    ...options,
  });
  return lines;
}

describe('revocations', () => {
  it('are all known from the beginning', async () => {
    const feed = source();
    feed.answer = () => [{ sessionId: 'ses_1', untilMs: inAMinute() }];
    await follow(feed);

    expect(revocations.isRevoked('ses_1')).toBe(true);
    expect(revocations.isRevoked('ses_2')).toBe(false);
    expect(feed.asked[0]).toBeUndefined();
  });

  it('are learnt as they come, asking for the latest only, and stay', async () => {
    const feed = source();
    await follow(feed);

    feed.answer = () => [{ sessionId: 'ses_1', untilMs: inAMinute() }];
    await feed.nextAnswer();
    feed.answer = () => [];
    await feed.nextAnswer();

    expect(revocations.isRevoked('ses_1')).toBe(true);
    expect(revocations.revision()).toBe(1);
    expect(feed.asked[1]).toBeGreaterThanOrEqual(30_000);
    expect(feed.asked[1]).toBeLessThan(35_000);
  });

  it('that came up while the source was silent are asked for when it answers again', async () => {
    const feed = source();
    await follow(feed);
    feed.answer = () => {
      throw new Error('away');
    };
    await feed.nextAnswer();
    await feed.nextAnswer();
    const [, first = 0, second = 0] = feed.asked;

    expect(second).toBeGreaterThan(first);
  });

  it('are forgotten once their tokens have expired', async () => {
    const feed = source();
    feed.answer = () => [{ sessionId: 'ses_1', untilMs: Date.now() - 1 }];
    await follow(feed);

    expect(revocations.isRevoked('ses_1')).toBe(false);
  });

  it('that nobody can tell of are warned of, and tokens count meanwhile', async () => {
    const feed = source();
    feed.answer = () => {
      throw Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    };
    const lines = await follow(feed, { unknownAfterMs: 0 });

    expect(revocations.isRevoked('ses_1')).toBe(false);
    expect(lines).toMatchObject([{ level: 'warn', component: 'revoked sessions' }]);
  });

  it('that nobody can tell of refuse tokens where that is wanted, until somebody can', async () => {
    const feed = source();
    feed.answer = () => {
      throw new Error('away');
    };
    await follow(feed, { whenUnknown: 'closed' });
    expect(() => revocations.isRevoked('ses_1')).toThrow(expect.objectContaining({ code: 'SUBGRAPH_UNAVAILABLE' }));
    expect(() => revocations.revision()).toThrow(expect.objectContaining({ code: 'SUBGRAPH_UNAVAILABLE' }));

    feed.answer = () => [];
    await feed.nextAnswer();

    expect(revocations.isRevoked('ses_1')).toBe(false);
  });
});
