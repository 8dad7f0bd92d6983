import { describe, expect, it } from '@jest/globals';
import { ExpiringMap } from './expiring-map.ts';

function mapAt(startMs: number) {
  const time = { nowMs: startMs };
  const map = new ExpiringMap<string>({
    now: () => time.nowMs,
    sleep: () => Promise.reject(new Error('nobody sleeps')),
  });
  return { time, map };
}

describe('ExpiringMap', () => {
  it('forgets a value when its time is up', () => {
    const { time, map } = mapAt(1_000);
    map.set('key', 'value', 10);
    time.nowMs += 9;
    expect(map.get('key')).toBe('value');
    time.nowMs += 1;
    expect(map.get('key')).toBeUndefined();
  });

  it('extends a time to live and never shortens it', () => {
    const { time, map } = mapAt(1_000);
    map.set('key', 'value', 100);
    map.extend('key', 'newer', 10);
    time.nowMs += 99;
    expect(map.get('key')).toBe('newer');
    map.extend('key', 'newest', 10);
    time.nowMs += 9;
    expect(map.get('key')).toBe('newest');
  });

  it('does not grow with values whose time is up', () => {
    const { time, map } = mapAt(1_000);
    for (let write = 0; write < 100_000; write++) {
      time.nowMs += 1;
      map.set(`key ${write}`, 'value', 5);
    }
    expect(map.size).toBeLessThan(10_010);
  });
});
