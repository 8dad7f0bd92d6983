import { describe, expect, it } from '@jest/globals';
import { describePlan, type Fault, planFaults } from './fault-plan.ts';

const TARGETS = ['orders', 'inventory', 'rabbitmq', 'shard_0'];

const plan = (seed: number) => planFaults({ seed, durationMs: 60_000, targets: TARGETS, everyMs: 1_000 });

describe('a plan of faults', () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(8)).not.toEqual(plan(7));
  });

  it('begins within the time, in order, and harms every target about equally often', () => {
    const faults = plan(7);
    const times = faults.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
    expect(times.every((atMs) => atMs > 0 && atMs < 60_000)).toBe(true);
    const counts = TARGETS.map((name) => faults.filter(({ target }) => target === name).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(3);
  });

  it('kills and freezes, and never harms what has not come back yet', () => {
    const faults = plan(7);
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['kill', 'pause']));
    for (const name of TARGETS) {
      const own = faults.filter(({ target }) => target === name);
      own.reduce((last: Fault, next) => {
        expect(next.atMs).toBeGreaterThan(last.atMs + last.forMs);
        return next;
      });
    }
  });

  it('is told one fault a line', () => {
    const faults: Fault[] = [{ atMs: 1_250, target: 'rabbitmq', kind: 'kill', forMs: 300 }];
    expect(describePlan(faults)).toBe('  1.25 s kill  rabbitmq for 0.30 s\n');
  });
});
