import { describe, expect, it } from '@jest/globals';
import type { Fault } from './fault-plan.ts';
import type { FaultTarget } from './fault-target.ts';
import { type EndedFault, runFaults } from './run-faults.ts';

/** A target that notes what is done to it. */
function targetNamed(name: string, done: string[]): FaultTarget {
  const note = (what: string) => async () => void done.push(`${what} ${name}`);
  return { name, port: 0, kill: note('kill'), start: note('start'), pause: note('pause'), resume: note('resume') };
}

const plan: readonly Fault[] = [
  { atMs: 0, target: 'orders', kind: 'kill', forMs: 20 },
  { atMs: 10, target: 'rabbitmq', kind: 'pause', forMs: 60 },
  { atMs: 15, target: 'orders', kind: 'pause', forMs: 5 },
];

describe('faults that are run', () => {
  it('begin at their times, bring their targets back, and wait for the fault before of the same target', async () => {
    const done: string[] = [];
    const ended: EndedFault[] = [];
    const targets = ['orders', 'rabbitmq'].map((name) => targetNamed(name, done));
    await runFaults(plan, targets, {
      onEnded: (fault) => ended.push(fault),
      signal: new AbortController().signal,
    });
    expect(done.filter((each) => each.endsWith('orders'))).toEqual([
      'kill orders',
      'start orders',
      'pause orders',
      'resume orders',
    ]);
    expect(done.filter((each) => each.endsWith('rabbitmq'))).toEqual(['pause rabbitmq', 'resume rabbitmq']);
    expect(ended.map(({ target, kind }) => `${kind} ${target}`).sort()).toEqual([
      'kill orders',
      'pause orders',
      'pause rabbitmq',
    ]);
  });

  it('leave everything as it is once they are given up', async () => {
    const done: string[] = [];
    const giveUp = new AbortController();
    const target = { ...targetNamed('orders', done), kill: async () => giveUp.abort() };
    const ended: EndedFault[] = [];
    await runFaults(plan.slice(0, 1), [target], { onEnded: (fault) => ended.push(fault), signal: giveUp.signal });
    expect([done, ended]).toEqual([[], []]);
  });

  it('are refused for a target that nobody knows', async () => {
    const options = { onEnded: () => undefined, signal: new AbortController().signal };
    await expect(runFaults(plan, [], options)).rejects.toThrow('there is no orders to harm');
  });
});
