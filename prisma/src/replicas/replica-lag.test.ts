import { beforeEach, describe, expect, it } from '@jest/globals';
import { ReplicaLag } from './replica-lag.ts';

let nowMs: number;
let lag: ReplicaLag;

const primaryIsAt = (lsn: string) => lag.stateOfPrimary({ status: 'healthy', lsn });
const replicaIsAt = (lsn: string) => lag.stateOfReplica({ status: 'healthy', lsn });
const healthy = (lsn: string, lagMs: number) => ({ status: 'healthy', progress: { lsn, lagMs } });

beforeEach(() => {
  nowMs = 0;
  lag = new ReplicaLag({ maxLagMs: 5_000, nowMs: () => nowMs });
});

describe('the lag of a replica', () => {
  it('is the time since its primary was at a position that it has not replayed', () => {
    primaryIsAt('0/10');
    expect(replicaIsAt('0/10')).toEqual(healthy('0/10', 0));
    nowMs = 1_000;
    primaryIsAt('0/20');
    nowMs = 4_000;
    primaryIsAt('0/30');
    expect(replicaIsAt('0/10')).toEqual(healthy('0/10', 3_000));
    expect(replicaIsAt('0/20')).toEqual(healthy('0/20', 0));
  });

  it('makes it unhealthy beyond the bound, until it has caught up', () => {
    primaryIsAt('0/20');
    nowMs = 5_001;
    primaryIsAt('0/30');
    expect(replicaIsAt('0/10')).toEqual({ status: 'unhealthy', reason: 'lags by 5001 ms' });
    expect(replicaIsAt('0/30')).toEqual(healthy('0/30', 0));
  });

  it('does not grow while the primary rests, nor jump at the first write after that', () => {
    primaryIsAt('0/10');
    nowMs = 3_600_000;
    primaryIsAt('0/10');
    expect(replicaIsAt('0/10')).toEqual(healthy('0/10', 0));
    primaryIsAt('0/20');
    expect(replicaIsAt('0/10')).toEqual(healthy('0/10', 0));
  });

  it('is seen however long it lasts, also when the primary rests meanwhile', () => {
    for (; nowMs <= 60_000; nowMs += 500) primaryIsAt(`1/${nowMs.toString(16)}`);
    expect(replicaIsAt('0/FFFFFFFF')).toMatchObject({ status: 'unhealthy' });
    nowMs = 3_600_000;
    primaryIsAt('1/EA60');
    expect(replicaIsAt('0/FFFFFFFF')).toMatchObject({ status: 'unhealthy' });
    expect(replicaIsAt('1/EA60')).toEqual(healthy('1/EA60', 0));
  });

  it('does not grow while the primary is away', () => {
    primaryIsAt('0/20');
    nowMs = 60_000;
    lag.stateOfPrimary({ status: 'unhealthy', reason: 'refused' });
    expect(replicaIsAt('0/10')).toEqual(healthy('0/10', 0));
  });
});
