import { beforeEach, describe, expect, it } from '@jest/globals';
import { ReplicaLag } from './replica-lag.ts';

let nowMs: number;
let lag: ReplicaLag;

const primaryIsAt = (lsn: string) => lag.notePrimary(lsn);
const lagAt = (lsn: string) => lag.lagMsOf(lsn);

beforeEach(() => {
  nowMs = 0;
  lag = new ReplicaLag({ maxLagMs: 5_000, nowMs: () => nowMs });
});

describe('the lag of a replica', () => {
  it('is the time since its primary was at a position that it has not replayed', () => {
    primaryIsAt('0/10');
    expect(lagAt('0/10')).toBe(0);
    nowMs = 1_000;
    primaryIsAt('0/20');
    nowMs = 4_000;
    primaryIsAt('0/30');
    expect(lagAt('0/10')).toBe(3_000);
    expect(lagAt('0/20')).toBe(0);
  });

  it('is exact up to the bound, and counts from there on', () => {
    primaryIsAt('0/20');
    nowMs = 5_001;
    primaryIsAt('0/30');
    expect(lagAt('0/10')).toBe(5_001);
    expect(lagAt('0/30')).toBe(0);
  });

  it('does not grow while the primary rests, nor jump at the first write after that', () => {
    primaryIsAt('0/10');
    nowMs = 3_600_000;
    primaryIsAt('0/10');
    expect(lagAt('0/10')).toBe(0);
    primaryIsAt('0/20');
    expect(lagAt('0/10')).toBe(0);
  });

  it('is seen however long it lasts, also when the primary rests meanwhile', () => {
    for (; nowMs <= 60_000; nowMs += 500) primaryIsAt(`1/${nowMs.toString(16)}`);
    expect(lagAt('0/FFFFFFFF')).toBeGreaterThan(5_000);
    nowMs = 3_600_000;
    primaryIsAt('1/EA60');
    expect(lagAt('0/FFFFFFFF')).toBeGreaterThan(5_000);
    expect(lagAt('1/EA60')).toBe(0);
  });

  it('does not grow while the primary is away', () => {
    primaryIsAt('0/20');
    nowMs = 60_000;
    expect(lagAt('0/10')).toBe(0);
  });

  it('is nothing after a promotion until the new primary was seen, which may have begun before the old one ended', () => {
    primaryIsAt('0/20');
    nowMs = 9_000;
    primaryIsAt('0/30');
    lag.forget();
    expect(lagAt('0/10')).toBe(0);
    primaryIsAt('0/18');
    nowMs = 9_500;
    primaryIsAt('0/18');
    expect(lagAt('0/10')).toBe(500);
  });
});
