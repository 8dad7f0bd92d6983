import { describe, expect, it } from '@jest/globals';
import type { Operation } from '../load/operation.ts';
import type { Sample } from '../load/sample.ts';
import type { Cell } from './cell.ts';
import { expectationOf } from './expectation.ts';
import { judgeCell } from './judge-cell.ts';

const page: Operation = {
  name: 'page',
  query: '{ product { title rating } }',
  parts: [
    { name: 'title', path: ['product', 'title'], needs: ['catalog'] },
    { name: 'rating', path: ['product', 'rating'], needs: ['catalog', 'reviews'] },
  ],
  variables: () => ({}),
};
const profile: Operation = {
  name: 'profile',
  query: '{ me }',
  parts: [{ name: 'me', path: ['me'], needs: ['accounts'] }],
  variables: () => ({}),
};

const sample = (operation: string, missing: Sample['missing'] = [], tookMs = 20): Sample => ({
  operation,
  sentAtMs: 0,
  tookMs,
  missing,
});
const withoutRating = (code = 'SUBGRAPH_UNAVAILABLE', tookMs = 20) =>
  sample('page', [{ part: 'page: rating', code }], tookMs);

const PROOF = { isDone: true, found: 'process 7 is gone' };

function judge(
  cell: Cell,
  during: readonly Sample[],
  after: readonly Sample[] = [],
  recoveryMs: number | undefined = 0,
) {
  const observation = { proof: PROOF, during, after, beganAtMs: 0, overAtMs: 0, recoveryMs };
  return judgeCell(cell, expectationOf(cell), observation, [page, profile]);
}

const REVIEWS_KILLED: Cell = { victim: 'reviews', harm: 'killed' };

describe('the judgement of a fault', () => {
  it('finds nothing where only what needs the victim is missing, and is well again soon', () => {
    expect(judge(REVIEWS_KILLED, [withoutRating(), sample('profile')], [withoutRating(), sample('page')], 900)).toEqual(
      [],
    );
  });

  it('finds parts that are missing although they do not need the victim', () => {
    const lost = sample('page', [
      { part: 'page: title', code: 'SUBGRAPH_UNAVAILABLE' },
      { part: 'page: rating', code: 'SUBGRAPH_UNAVAILABLE' },
    ]);

    expect(judge(REVIEWS_KILLED, [lost, lost])).toEqual(['page: title is missing (SUBGRAPH_UNAVAILABLE), 2 times']);
  });

  it.each(['INTERNAL_SERVER_ERROR', 'SILENT', 'NO_ANSWER', 'CUT'])('finds parts of which %s is said', (code) => {
    expect(judge(REVIEWS_KILLED, [withoutRating(code)])).toEqual([`page: rating is missing (${code}), 1 times`]);
  });

  it('finds what is missing after the fault, too', () => {
    expect(judge({ victim: 'redis', harm: 'killed' }, [sample('page')], [withoutRating()])).toHaveLength(1);
  });

  it('finds a harm that did none', () => {
    expect(judge(REVIEWS_KILLED, [sample('page'), sample('page')])).toEqual([
      '0% of the answers that need it lack something, less than 90%: was it harmed?',
    ]);
  });

  it('finds a harm that nothing proves, though clients would not notice it either way', () => {
    const proof = { isDone: false, found: '0 connections disturbed, 0 bytes held back' };
    const observation = { proof, during: [sample('page')], after: [], beganAtMs: 0, overAtMs: 0, recoveryMs: 0 };
    const cell: Cell = { victim: 'redis', harm: 'stalled' };

    expect(judgeCell(cell, expectationOf(cell), observation, [page, profile])).toEqual([
      'nothing proves that it was harmed: 0 connections disturbed, 0 bytes held back',
    ]);
  });

  it('finds that more is missing than half of the connections explain', () => {
    expect(judge({ victim: 'reviews', harm: 'reset' }, [withoutRating(), sample('page')])).toEqual([
      '50% of the answers that need it lack something, more than 30%',
    ]);
  });

  it('finds waiting: for what is known to be away, without need, and beyond all deadlines', () => {
    expect(judge(REVIEWS_KILLED, [withoutRating('SUBGRAPH_TIMEOUT', 1_700)])).toHaveLength(1);
    expect(judge(REVIEWS_KILLED, [withoutRating(), sample('profile', [], 1_700)])).toHaveLength(1);
    expect(judge({ victim: 'reviews', harm: 'slow' }, [withoutRating('SUBGRAPH_TIMEOUT', 2_700)])).toHaveLength(2);
  });

  it('finds that it took too long to be well again, or never was', () => {
    expect(judge(REVIEWS_KILLED, [withoutRating()], [], 9_000)).toEqual(['the recovery takes 9000 ms, more than 6000']);
    const { during, after } = { during: [withoutRating()], after: [] };
    const observation = { proof: PROOF, during, after, beganAtMs: 0, overAtMs: 0, recoveryMs: undefined };
    expect(judgeCell(REVIEWS_KILLED, expectationOf(REVIEWS_KILLED), observation, [page, profile])).toEqual([
      'it did not recover',
    ]);
  });
});
