import { describe, expect, it } from '@jest/globals';
import { toMarkdown, verdictsOf } from './security-report.ts';
import type { SecurityRound, SecuritySlice } from './security-run.ts';

function slice(gatewayMs: number, subgraphMs: number, databaseMs: number, failures = 0): SecuritySlice {
  return { gatewayMs, subgraphMs, databaseMs, failures, answers: 100 };
}

const off = slice(100, 200, 100);
const heldOf = (...rounds: SecurityRound[]) => verdictsOf({ rounds }).map(({ isHeld }) => isHeld);

describe('the verdict on what security costs', () => {
  it('is about all that a request takes, summed over the rounds', () => {
    expect(heldOf({ off, on: slice(120, 230, 110) })).toEqual([true, true]);
    expect(heldOf({ off, on: slice(130, 240, 100) })).toEqual([false, true]);
    expect(heldOf({ off, on: slice(130, 240, 100) }, { off, on: off })).toEqual([true, true]);
  });

  it('goes by requests, of which the dearer one answers fewer', () => {
    expect(heldOf({ off, on: { ...off, answers: 80 } })).toEqual([false, true]);
  });

  it('counts failures with and without security', () => {
    expect(heldOf({ off: slice(100, 200, 100, 1), on: off })).toEqual([true, false]);
    expect(heldOf({ off, on: slice(100, 200, 100, 1) })).toEqual([true, false]);
  });
});

describe('the report on what security costs', () => {
  it('has each part by itself, not only all together', () => {
    const rounds = [{ off, on: slice(124, 220, 100) }];
    const run = { rounds, seconds: 1, connections: 16, databaseIdleMs: 70, placement: '' };
    const rows = toMarkdown(run, []).split('\n');

    expect(rows).toContain('| gateway | 1.0000 | 1.2400 | 0.2400 | 24.0 % | 24.0 %, 24.0 to 24.0 % |');
    expect(rows).toContain('| subgraph | 2.0000 | 2.2000 | 0.2000 | 10.0 % | 10.0 %, 10.0 to 10.0 % |');
    expect(rows).toContain('| databases | 1.0000 | 1.0000 | 0.0000 | 0.0 % | 0.0 %, 0.0 to 0.0 % |');
    expect(rows).toContain('| all together | 4.0000 | 4.4400 | 0.4400 | 11.0 % | 11.0 %, 11.0 to 11.0 % |');
    expect(rows).toContain(
      'Taken off are the 70 ms that the databases use in a second, for all of the stack, while nothing is asked.',
    );
  });
});
