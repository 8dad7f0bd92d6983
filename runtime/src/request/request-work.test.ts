import { describe, expect, it } from '@jest/globals';
import { currentWork, recordLoaderBatch, recordStatement, runWithRequestWork } from './request-work.ts';

const statement = {
  text: 'select $1',
  database: 'shard_0',
  role: 'replica',
  node: 'h:1',
  rows: 1,
  durationMs: 2,
} as const;

describe('request work', () => {
  it('keeps the accounts of requests that run at the same time apart', async () => {
    const account = (requestId: string, text: string) =>
      runWithRequestWork(requestId, async (work) => {
        await Promise.resolve();
        recordStatement({ ...statement, text, startedAtMs: 1 });
        return work;
      });
    const [first, second] = await Promise.all([account('r1', 'one'), account('r2', 'two')]);
    expect(first.statements.map(({ text }) => text)).toEqual(['one']);
    expect(second.statements.map(({ text }) => text)).toEqual(['two']);
  });

  it('never keeps the values of a statement', () => {
    const observed = { ...statement, values: ['secret'], startedAtMs: 1 };
    runWithRequestWork('r1', (work) => {
      recordStatement(observed);
      expect(work.statements).toEqual([statement]);
    });
  });

  it('does nothing outside of a request', () => {
    recordStatement({ ...statement, startedAtMs: 1 });
    recordLoaderBatch({ loader: 'users', group: 'shard_0', keys: 1 });
    expect(currentWork()).toBeUndefined();
  });
});
