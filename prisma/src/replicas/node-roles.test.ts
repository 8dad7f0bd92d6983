import { beforeEach, describe, expect, it } from '@jest/globals';
import type { NodeRole, ProbeResult } from './health-probe.ts';
import { NodeRoles } from './node-roles.ts';

let nowMs: number;
let roles: NodeRoles;

const NOT_REACHED: ProbeResult = { status: 'unhealthy', reason: 'refused' };
const is = (role: NodeRole, timeline: number, lsn = '0/10'): ProbeResult => ({
  status: 'healthy',
  role,
  timeline,
  lsn,
});

beforeEach(() => {
  nowMs = 0;
  roles = new NodeRoles({ nodes: ['a', 'b', 'c'], maxLagMs: 5_000, nowMs: () => nowMs });
});

/** A primary with two replicas, each probed once. */
function probeAll(): void {
  roles.note('a', is('primary', 1));
  roles.note('b', is('replica', 1));
  roles.note('c', is('replica', 1));
}

describe('the primary of a database', () => {
  it('is who is not in recovery, whatever the configuration says', () => {
    roles.note('a', is('replica', 3));
    roles.note('b', is('primary', 3));
    expect(roles.primary).toBeUndefined();
    roles.note('c', NOT_REACHED);
    expect(roles.primary).toBe('b');
  });

  it('is nobody before every server was asked: the first one may have been left behind', () => {
    roles.note('a', is('primary', 1));
    roles.note('b', NOT_REACHED);
    expect(roles.primary).toBeUndefined();
    roles.note('c', is('primary', 2));
    expect(roles.primary).toBe('c');
  });

  it('stays who it is while one probe fails, and is given up with the second one', () => {
    probeAll();
    roles.note('a', NOT_REACHED);
    expect([roles.primary, roles.isAway('a')]).toEqual(['a', false]);
    roles.note('a', NOT_REACHED);
    expect([roles.primary, roles.isAway('a')]).toEqual([undefined, true]);
    roles.note('a', is('primary', 1));
    expect([roles.primary, roles.isAway('a')]).toEqual(['a', false]);
  });

  it('is the replica that was promoted as soon as that is seen, though the old one did not fail', () => {
    probeAll();
    const states = roles.note('b', is('primary', 2));
    expect(roles.primary).toBe('b');
    expect([...states].map(([node, { status }]) => [node, status])).toEqual([
      ['a', 'unhealthy'],
      ['c', 'unhealthy'],
      ['b', 'healthy'],
    ]);
  });

  it('is nobody once it became a replica', () => {
    probeAll();
    roles.note('a', is('replica', 1));
    expect(roles.primary).toBeUndefined();
  });

  it('is never one that comes back after the promotion of another, even when that one is away', () => {
    probeAll();
    roles.note('a', NOT_REACHED);
    roles.note('b', is('primary', 2));
    const states = roles.note('a', is('primary', 1, '0/99'));
    expect(states.get('a')).toEqual({ status: 'unhealthy', reason: 'is on timeline 1, while the database is on 2' });
    expect(roles.primary).toBe('b');
    roles.note('b', NOT_REACHED);
    roles.note('b', NOT_REACHED);
    roles.note('a', is('primary', 1, '0/99'));
    expect(roles.primary).toBeUndefined();
  });

  it('is nobody while two on one timeline say that they are: who writes to either loses', () => {
    probeAll();
    roles.note('b', is('primary', 2));
    const states = roles.note('c', is('primary', 2));
    expect(roles.primary).toBeUndefined();
    expect(states.get('b')).toEqual({ status: 'unhealthy', reason: 'is one of 2 primaries' });
    roles.note('c', NOT_REACHED);
    roles.note('b', is('primary', 2));
    expect(roles.primary).toBe('b');
  });

  it('is fenced by a timeline that somebody else has heard of, also while its probes fail', () => {
    probeAll();
    roles.note('a', NOT_REACHED);
    roles.noteTimeline(2);
    expect(roles.primary).toBeUndefined();
    roles.note('a', is('primary', 1));
    expect(roles.primary).toBeUndefined();
    roles.note('b', is('primary', 2));
    expect(roles.primary).toBe('b');
  });

  it('is fenced when a replica streams a higher timeline, though nobody of it was reached', () => {
    probeAll();
    roles.note('c', is('replica', 2));
    expect(roles.primary).toBeUndefined();
  });
});

describe('a replica', () => {
  it('is read while no primary is there', () => {
    probeAll();
    roles.note('a', NOT_REACHED);
    roles.note('a', NOT_REACHED);
    expect(roles.note('b', is('replica', 1)).get('b')).toMatchObject({ status: 'healthy', role: 'replica' });
  });

  it('is not read while it lags too far behind, and is again when it has caught up', () => {
    probeAll();
    roles.note('a', is('primary', 1, '0/20'));
    nowMs = 6_000;
    roles.note('a', is('primary', 1, '0/30'));
    expect(roles.note('b', is('replica', 1)).get('b')).toEqual({ status: 'unhealthy', reason: 'lags by 6000 ms' });
    expect(roles.note('b', is('replica', 1, '0/30')).get('b')).toMatchObject({ progress: { lagMs: 0 } });
  });

  it('that follows the promoted one is read again, and its lag counts from the new beginning', () => {
    probeAll();
    roles.note('a', is('primary', 1, '0/90'));
    nowMs = 9_000;
    roles.note('a', NOT_REACHED);
    roles.note('b', is('primary', 2, '0/40'));
    const states = roles.note('c', is('replica', 2, '0/40'));
    expect(states.get('c')).toEqual({
      status: 'healthy',
      role: 'replica',
      progress: { lsn: '0/40', lagMs: 0, timeline: 2 },
    });
  });
});
