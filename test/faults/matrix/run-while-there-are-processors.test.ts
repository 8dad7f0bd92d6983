import { describe, expect, it } from '@jest/globals';
import type { JudgedCell } from './run-and-judge.ts';
import { runWhileThereAreProcessors } from './run-while-there-are-processors.ts';

const ended = (problems: string[], pressure = 1): JudgedCell => ({
  cell: { victim: 'redis', harm: 'slow' },
  observation: undefined,
  problems,
  pressure,
  attempts: 1,
});

/** What comes of a cell that ends so, one attempt after the other. */
async function attempt(...results: JudgedCell[]) {
  const failed: JudgedCell[] = [];
  const next = results.values();
  const run = async () => next.next().value ?? ended(['run too often']);
  const { attempts, problems } = await runWhileThereAreProcessors(run, (judged) => failed.push(judged));
  return { attempts, problems, failed: failed.length };
}

describe('a cell that is run while other work takes the processors', () => {
  it('says how many attempts it took', async () => {
    expect(await attempt(ended([]))).toEqual({ attempts: 1, problems: [], failed: 0 });
    expect(await attempt(ended(['late']), ended([]))).toEqual({ attempts: 2, problems: [], failed: 1 });
  });

  it('is run three times at most', async () => {
    const results = ['one', 'two', 'three'].map((problem) => ended([problem]));
    expect(await attempt(...results)).toEqual({ attempts: 3, problems: ['three'], failed: 2 });
  });

  it('is not run again where there were processors', async () => {
    expect(await attempt(ended(['late'], 0.5), ended([]))).toEqual({ attempts: 1, problems: ['late'], failed: 0 });
  });
});
