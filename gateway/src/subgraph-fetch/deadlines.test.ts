import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DEADLINE_RESOLUTION_MS, Deadlines } from './deadlines.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Notes when it was looked at. */
function watched(deadlines: Deadlines) {
  const seenAtMs: number[] = [];
  const expiring = { pendingIndex: -1, expireAt: (nowMs: number) => seenAtMs.push(nowMs) };
  deadlines.add(expiring);
  return { expiring, seenAtMs };
}

describe('deadlines', () => {
  it('are all looked at with the time, again and again', () => {
    const deadlines = new Deadlines();
    const startedAtMs = performance.now();
    const both = [watched(deadlines), watched(deadlines)];
    jest.advanceTimersByTime(2 * DEADLINE_RESOLUTION_MS);
    for (const { seenAtMs } of both) {
      expect(seenAtMs.map((ms) => ms - startedAtMs)).toEqual([DEADLINE_RESOLUTION_MS, 2 * DEADLINE_RESOLUTION_MS]);
    }
  });

  it('share one timer', () => {
    const deadlines = new Deadlines();
    for (let i = 0; i < 100; i++) watched(deadlines);
    expect(jest.getTimerCount()).toBe(1);
  });

  it('are not looked at once they were taken away, also by one another', () => {
    const deadlines = new Deadlines();
    const second = watched(deadlines);
    deadlines.delete(second.expiring);
    const third = { pendingIndex: -1, expireAt: () => deadlines.delete(fourth.expiring) };
    deadlines.add(third);
    const fourth = watched(deadlines);
    jest.advanceTimersByTime(DEADLINE_RESOLUTION_MS);
    expect([second.seenAtMs, fourth.seenAtMs]).toEqual([[], []]);
  });

  it('are looked at although one before them took itself away', () => {
    const deadlines = new Deadlines();
    const first = { pendingIndex: -1, expireAt: () => deadlines.delete(first) };
    deadlines.add(first);
    const others = [watched(deadlines), watched(deadlines)];
    jest.advanceTimersByTime(DEADLINE_RESOLUTION_MS);
    expect(others.map(({ seenAtMs }) => seenAtMs.length)).toEqual([1, 1]);
  });

  it('are gone at once although they were added twice', () => {
    const deadlines = new Deadlines();
    const { expiring, seenAtMs } = watched(deadlines);
    deadlines.add(expiring);
    deadlines.delete(expiring);
    jest.advanceTimersByTime(DEADLINE_RESOLUTION_MS);
    expect(seenAtMs).toEqual([]);
  });

  it('stay when another one is taken away twice', () => {
    const deadlines = new Deadlines();
    const gone = watched(deadlines);
    deadlines.delete(gone.expiring);
    const { seenAtMs } = watched(deadlines);
    deadlines.delete(gone.expiring);
    jest.advanceTimersByTime(DEADLINE_RESOLUTION_MS);
    expect(seenAtMs).toHaveLength(1);
  });

  it('stop their timer when there are none, and start it again', () => {
    const deadlines = new Deadlines();
    deadlines.delete(watched(deadlines).expiring);
    jest.advanceTimersByTime(DEADLINE_RESOLUTION_MS);
    expect(jest.getTimerCount()).toBe(0);
    const { seenAtMs } = watched(deadlines);
    jest.advanceTimersByTime(DEADLINE_RESOLUTION_MS);
    expect(seenAtMs).toHaveLength(1);
  });
});
