import { describe, expect, it } from '@jest/globals';
import { NonceMemory } from './nonce-memory.ts';

const windowMs = 30_000;
const nowMs = Date.UTC(2026, 5, 1);
const nonceOf = (text: string) => text.padEnd(12, '-');

describe('a memory of nonces', () => {
  it('takes a time-stamp for current that is no more than the window away, either way', () => {
    const memory = new NonceMemory({ windowMs });
    const isCurrent = (awayMs: number) => memory.isCurrent(nowMs + awayMs, nowMs);
    expect([-30_001, -30_000, 0, 30_000, 30_001].map(isCurrent)).toEqual([false, true, true, true, false]);
  });

  it('knows a nonce again for as long as its time-stamp is current', () => {
    const memory = new NonceMemory({ windowMs });
    const stampedMs = nowMs + windowMs;
    expect(memory.add(nonceOf('n'), stampedMs, nowMs)).toBe(true);
    for (let laterMs = 0; laterMs <= 2 * windowMs; laterMs += 500) {
      memory.add(nonceOf(`o${laterMs}`), nowMs + laterMs, nowMs + laterMs);
      expect(memory.isCurrent(stampedMs, nowMs + laterMs)).toBe(true);
      expect(memory.add(nonceOf('n'), stampedMs, nowMs + laterMs)).toBe(false);
    }
  });

  it('forgets what has become too late', () => {
    const memory = new NonceMemory({ windowMs });
    for (let second = 0; second < 600; second += 1) {
      for (const nonce of ['a', 'b', 'c']) {
        memory.add(nonceOf(`${nonce}${second}`), nowMs + second * 1_000, nowMs + second * 1_000);
      }
      expect(memory.size).toBeLessThanOrEqual(3 * 32);
    }
  });

  it('takes nothing again that it has forgotten when the clock is set back, and goes on with what is newer', () => {
    const memory = new NonceMemory({ windowMs });
    const stamps = Array.from({ length: 90 }, (_, index) => nowMs + index * 1_000);
    for (const stampMs of stamps) memory.add(nonceOf(`n${stampMs}`), stampMs, stampMs);
    for (const backMs of [1_000, 20_000, 45_000, 90_000]) {
      const setBackMs = nowMs + 89_000 - backMs;
      const passesAgain = stamps.filter(
        (stampMs) => memory.isCurrent(stampMs, setBackMs) && memory.add(nonceOf(`n${stampMs}`), stampMs, setBackMs),
      );
      expect(passesAgain).toEqual([]);
    }
    for (const backMs of [1_000, 20_000]) {
      const setBackMs = nowMs + 89_000 - backMs;
      expect(memory.isCurrent(setBackMs, setBackMs) && memory.add(nonceOf(`new${backMs}`), setBackMs, setBackMs)).toBe(
        true,
      );
    }
  });

  it('shortens the window when it is full: what is new passes, and nothing passes twice', () => {
    const memory = new NonceMemory({ windowMs, limit: 10 });
    const stamps = Array.from({ length: 25 }, (_, index) => nowMs + index * 1_000);
    for (const [index, stampMs] of stamps.entries()) {
      expect(memory.isCurrent(stampMs, stampMs)).toBe(true);
      expect(memory.add(nonceOf(`n${index}`), stampMs, stampMs)).toBe(true);
    }
    expect(memory.size).toBe(10);
    const lastMs = nowMs + 24_000;
    const passesAgain = stamps.filter(
      (stampMs, index) => memory.isCurrent(stampMs, lastMs) && memory.add(nonceOf(`n${index}`), stampMs, lastMs),
    );
    expect(passesAgain).toEqual([]);
    expect(stamps.filter((stampMs) => memory.isCurrent(stampMs, lastMs))).toEqual(stamps.slice(-10));
  });
});
