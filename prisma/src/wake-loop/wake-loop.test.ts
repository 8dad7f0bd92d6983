import { describe, expect, it, jest } from '@jest/globals';
import { backoffMs, startWakeLoop } from './wake-loop.ts';

const NEVER_MS = 1_000_000;

/** A piece of work whose rounds the test begins to wait for and ends itself. */
function observedRounds() {
  const rounds: { end: () => void; fail: (error: Error) => void }[] = [];
  let onRound = () => {};
  return {
    rounds,
    run: () =>
      new Promise<void>((resolve, reject) => {
        rounds.push({ end: resolve, fail: reject });
        onRound();
      }),
    untilRound: (number: number) =>
      new Promise<void>((resolve) => {
        onRound = () => rounds.length >= number && resolve();
        onRound();
      }),
  };
}

describe('the wake loop', () => {
  it('runs the first round at once and the next when the interval has passed', async () => {
    const work = observedRounds();
    const loop = startWakeLoop({ run: work.run, intervalMs: 1, onError: () => {} });
    expect(work.rounds).toHaveLength(1);
    work.rounds[0]?.end();
    await work.untilRound(2);
    work.rounds[1]?.end();
    await loop.stop();
  });

  it('runs again right after a round during which it was woken, once for any number of calls', async () => {
    const work = observedRounds();
    const loop = startWakeLoop({ run: work.run, intervalMs: NEVER_MS, onError: () => {} });
    loop.wake();
    loop.wake();
    work.rounds[0]?.end();
    await work.untilRound(2);
    const stopped = loop.stop();
    work.rounds[1]?.end();
    await stopped;
    expect(work.rounds).toHaveLength(2);
  });

  it('ends its rest when it is woken', async () => {
    const work = observedRounds();
    const loop = startWakeLoop({ run: work.run, intervalMs: NEVER_MS, onError: () => {} });
    work.rounds[0]?.end();
    await new Promise(setImmediate);
    loop.wake();
    await work.untilRound(2);
    const stopped = loop.stop();
    work.rounds[1]?.end();
    await stopped;
  });

  it('reports a failure and goes on', async () => {
    const work = observedRounds();
    const onError = jest.fn();
    const loop = startWakeLoop({ run: work.run, intervalMs: NEVER_MS, maxBackoffMs: 1, onError });
    work.rounds[0]?.fail(new Error('no'));
    await work.untilRound(2);
    expect(onError).toHaveBeenCalledWith(new Error('no'));
    work.rounds[1]?.end();
    await loop.stop();
  });

  it('waits for the round under way when it is stopped, and starts no other', async () => {
    const work = observedRounds();
    const loop = startWakeLoop({ run: work.run, intervalMs: 1, onError: () => {} });
    let isStopped = false;
    const stopped = loop.stop().then(() => {
      isStopped = true;
    });
    await new Promise(setImmediate);
    expect(isStopped).toBe(false);
    work.rounds[0]?.end();
    await stopped;
    expect(work.rounds).toHaveLength(1);
  });
});

describe('the backoff', () => {
  it('doubles up to the maximum and keeps at least half of it', () => {
    for (const [failures, ceilingMs] of [
      [1, 100],
      [2, 200],
      [4, 800],
      [5, 1_000],
      [50, 1_000],
    ] as const) {
      const actualMs = backoffMs(failures, 100, 1_000);
      expect(actualMs).toBeGreaterThanOrEqual(ceilingMs / 2);
      expect(actualMs).toBeLessThanOrEqual(ceilingMs);
    }
  });
});
