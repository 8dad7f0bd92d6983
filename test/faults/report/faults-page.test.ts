import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ALL_CELLS, type Cell } from '../matrix/cell.ts';
import type { JudgedCell } from '../matrix/run-and-judge.ts';
import { faultsPage } from './faults-page.ts';

const REDIS_SLOW: Cell = { victim: 'redis', harm: 'slow' };

const judged = (cell: Cell, more: Partial<JudgedCell> = {}): JudgedCell => ({
  cell,
  observation: {
    proof: { isDone: true, found: 'it was' },
    during: [{ operation: 'page', sentAtMs: 0, tookMs: 20, missing: [] }],
    after: [],
    beganAtMs: 0,
    overAtMs: 8_000,
    recoveryMs: 0,
  },
  problems: [],
  pressure: 0,
  attempts: 1,
  ...more,
});

const pageOf = (cells: readonly JudgedCell[]) =>
  faultsPage({ cells, operations: [], calm: [], requestsPerSecond: 26, faultMs: 8_000 });

describe('the page of the faults', () => {
  it('names what took more than one attempt, with how many', () => {
    const page = pageOf([judged(REDIS_SLOW, { attempts: 3 }), judged({ victim: 'redis', harm: 'reset' })]);

    expect(page).toContain('**More than one attempt** was made of `redis/slow` (3 attempts): they were');
    expect(pageOf([judged(REDIS_SLOW)])).not.toContain('attempt');
  });

  it('shows what was not run, and that it did not hold there', () => {
    const page = pageOf([judged(REDIS_SLOW, { observation: undefined, problems: ['it was not run'] })]);

    expect(page).toContain('| redis | slow | not run |');
    expect(page).toContain('It did not hold in `redis/slow`.');
  });

  it('says how busy the machine was where the system tells', () => {
    expect(pageOf([judged(REDIS_SLOW, { pressure: 0.4 })])).toContain('had to wait for a processor 40% of the time.');
    expect(pageOf([judged(REDIS_SLOW)])).not.toContain('wait for a processor');
  });

  it('is written as it is kept in docs/faults.md, but for what was measured', async () => {
    const kept = await readFile(join(import.meta.dirname, '../../../docs/faults.md'), 'utf8');
    const attempts = new Map([...kept.matchAll(/`([\w-]+\/\w+)` \((\d) attempts\)/g)].map(([, name, n]) => [name, n]));
    const cells = ALL_CELLS.map((cell) =>
      judged(cell, { attempts: Number(attempts.get(`${cell.victim}/${cell.harm}`) ?? 1) }),
    );

    expect(proseOf(pageOf(cells))).toEqual(proseOf(kept));
  });
});

/** What stands above the table, without what differs from run to run. */
function proseOf(page: string): string[] {
  const [prose = ''] = page.split('\n| victim |');
  return prose
    .replace(/(1\.8 seconds each: ).*/, '$1')
    .replace(/\(\d+ ms when/, '(when')
    .replace(/^Measured on .*/m, 'Measured')
    .split('\n');
}
