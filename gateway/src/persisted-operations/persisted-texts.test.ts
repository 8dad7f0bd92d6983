import { describe, expect, it } from '@jest/globals';
import { PersistedTexts, TEXT_LIMIT } from './persisted-texts.ts';

/** Texts over a store that notes its calls, at a time that the test sets. */
function create({ limitBytes = 1_000 }: { limitBytes?: number } = {}) {
  const calls: string[] = [];
  const failures: unknown[] = [];
  const stored = new Map<string, string>();
  const state = { nowMs: 0, failure: undefined as Error | undefined };
  const called = async <T>(call: string, answer: () => T): Promise<T> => {
    calls.push(call);
    if (state.failure) throw state.failure;
    return answer();
  };
  const texts = new PersistedTexts({
    limitBytes,
    ttlMs: 1_000,
    clock: { now: () => state.nowMs, sleep: async () => undefined },
    onFailure: (error) => failures.push(error),
    store: {
      get: (hash) => called(`get ${hash}`, () => stored.get(hash)),
      set: (hash, text, ttlMs) => called(`set ${hash} for ${ttlMs}`, () => void stored.set(hash, text)),
    },
  });
  return { texts, calls, failures, stored, state };
}

describe('PersistedTexts', () => {
  it('asks the store for a hash once, however many want it together, and never again', async () => {
    const { texts, calls, stored } = create();
    stored.set('h', 'text');
    expect(await Promise.all([texts.find('h'), texts.find('h')])).toEqual(['text', 'text']);
    expect(texts.find('h')).toBe('text');
    expect(calls).toEqual(['get h', 'set h for 1000']);
  });

  it('asks again for a hash that the store did not know', async () => {
    const { texts, stored } = create();
    expect(await texts.find('h')).toBeUndefined();
    stored.set('h', 'text');
    expect(await texts.find('h')).toBe('text');
  });

  it('renews the time of a text by a use, when a quarter of it has passed', async () => {
    const { texts, calls, state } = create();
    await texts.keep('h', 'text');
    state.nowMs = 249;
    await texts.find('h');
    expect(calls).toEqual(['set h for 1000']);
    state.nowMs = 250;
    await texts.find('h');
    await texts.find('h');
    expect(calls).toEqual(['set h for 1000', 'set h for 1000']);
  });

  it('takes a failure of the store for a miss, and knows what this process was told', async () => {
    const { texts, failures, state } = create();
    state.failure = new Error('away');
    await texts.keep('h', 'text');
    expect(await texts.find('other')).toBeUndefined();
    expect(texts.find('h')).toBe('text');
    expect(failures).toEqual([state.failure, state.failure]);
  });

  it('tells the store again of a text that it did not take, by a use a second later', async () => {
    const { texts, stored, state } = create();
    state.failure = new Error('away');
    await texts.keep('h', 'text');
    state.failure = undefined;
    state.nowMs = 999;
    await texts.find('h');
    expect(stored.size).toBe(0);
    state.nowMs = 1_000;
    await texts.find('h');
    expect(stored.get('h')).toBe('text');
  });

  it('forgets what was used least recently, and finds it in the store', async () => {
    const { texts, calls } = create({ limitBytes: 100 });
    await texts.keep('a', 'x'.repeat(60));
    await texts.keep('b', 'y'.repeat(60));
    expect(await texts.find('a')).toBe('x'.repeat(60));
    expect(calls).toContain('get a');
  });

  it('keeps no text that is too long', async () => {
    const { texts, calls } = create({ limitBytes: 10 * TEXT_LIMIT });
    await texts.keep('h', 'x'.repeat(TEXT_LIMIT + 1));
    expect(await texts.find('h')).toBeUndefined();
    expect(calls).toEqual(['get h']);
  });

  it('does without a store', async () => {
    const texts = new PersistedTexts({ limitBytes: 1_000, ttlMs: 1_000, onFailure: () => undefined });
    expect(texts.find('h')).toBeUndefined();
    await texts.keep('h', 'text');
    expect(texts.find('h')).toBe('text');
  });
});
