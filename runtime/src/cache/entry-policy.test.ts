import { describe, expect, it } from '@jest/globals';
import { freshnessOf } from './entry.ts';
import { entryPolicy } from './entry-policy.ts';

const isText = (stored: unknown): stored is string => typeof stored === 'string';
const rules = { ttlMs: 1_000, isValue: isText };
const noTags = () => [];

describe('entryPolicy', () => {
  it('shortens times to live by up to a tenth, by chance', () => {
    const freshForMs = (random: number) => entryPolicy(rules, noTags, () => random).makeEntry('key', 'x', 0).freshForMs;
    expect([0, 0.5, 1].map(freshForMs)).toEqual([1_000, 950, 900]);
  });

  it('gives an entry its key, the tags known before and those its value describes, each once', () => {
    const describeValue = (value: string) => ({ tags: [`says:${value}`, 'known'] });
    const policy = entryPolicy(
      { ...rules, describe: describeValue },
      () => ['known'],
      () => 0,
    );
    expect(policy.makeEntry('key', 'x', 0).tags).toEqual(['=key', 'known', 'says:x']);
    expect(policy.makeEntry('key', undefined, 0).tags).toEqual(['=key', 'known']);
  });

  it('keeps it for less time that there is no value', () => {
    const policy = entryPolicy(rules, noTags, () => 0);
    expect(policy.makeEntry('key', undefined, 0).freshForMs).toBe(100);
  });

  it('serves an entry fresh, then stale, then only when a fill failed, then never', () => {
    const policy = entryPolicy({ ...rules, staleMs: 200, staleIfErrorMs: 500 }, noTags, () => 0);
    const entry = policy.makeEntry('key', 'x', 10_000);
    const at = (ageMs: number) => freshnessOf(entry, 10_000 + ageMs, policy.tolerance);
    expect([0, 999, 1_000, 1_199, 1_200, 1_499, 1_500].map(at)).toEqual([
      'fresh',
      'fresh',
      'stale',
      'stale',
      'spare',
      'spare',
      'expired',
    ]);
    expect(policy.lifetimeMs(entry)).toBe(1_500);
  });

  it('keeps nowhere what is described with no time to live', () => {
    const policy = entryPolicy({ ...rules, staleMs: 200, describe: () => ({ ttlMs: 0 }) }, noTags, () => 0);
    expect(policy.lifetimeMs(policy.makeEntry('key', 'x', 0))).toBe(0);
  });
});
