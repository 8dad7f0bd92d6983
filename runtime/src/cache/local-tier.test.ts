import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Entry } from './entry.ts';
import { InvalidationLog } from './invalidation-log.ts';
import { LocalTier } from './local-tier.ts';

const entry: Entry = { value: 'chair', filledAtMs: 0, freshForMs: 1, tags: ['=key', 'tag'], versions: [1, 1] };
let nowMs: number;
let log: InvalidationLog;
const open = (limitBytes: number) =>
  new LocalTier({ limitBytes, maxAgeMs: 100 }, log, { now: () => nowMs, sleep: async () => undefined });

beforeEach(() => {
  nowMs = 1_000;
  log = new InvalidationLog();
});

describe('LocalTier', () => {
  it('takes an entry at its word for its age, counted from when its reading began', () => {
    const tier = open(1_000);
    const reading = tier.beginReading();
    nowMs += 60;
    tier.set('key', entry, 10, reading);
    nowMs += 39;
    expect(tier.get('key')).toBe(entry);
    nowMs += 1;
    expect(tier.get('key')).toBeUndefined();
  });

  it('does not answer an entry whose tag was invalidated, nor keep one that was read before', () => {
    const tier = open(1_000);
    const reading = tier.beginReading();
    tier.set('key', entry, 10, reading);
    log.record(['tag']);
    expect(tier.get('key')).toBeUndefined();
    tier.set('key', entry, 10, reading);
    expect(tier.get('key')).toBeUndefined();
    tier.set('key', entry, 10, tier.beginReading());
    expect(tier.get('key')).toBe(entry);
  });

  it('keeps no more bytes than its limit, dropping what was used least recently', () => {
    const tier = open(100);
    for (const key of ['a', 'b']) tier.set(key, entry, 45, tier.beginReading());
    tier.get('a');
    tier.set('c', entry, 45, tier.beginReading());
    expect(['a', 'b', 'c'].filter((key) => tier.get(key))).toEqual(['a', 'c']);
    tier.set('huge', entry, 101, tier.beginReading());
    expect(['a', 'c', 'huge'].filter((key) => tier.get(key))).toEqual(['a', 'c']);
  });

  it('keeps nothing within no bytes', () => {
    const tier = open(0);
    tier.set('key', entry, 10, tier.beginReading());
    expect(tier.get('key')).toBeUndefined();
  });
});
