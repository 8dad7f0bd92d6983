import { describe, expect, it } from '@jest/globals';
import { createPace, type Rest } from './update-pace.ts';

/** What a request would notice. */
function workNoticeably(): void {
  const endsAtMs = performance.now() + 2;
  while (performance.now() < endsAtMs);
}

/** Does something three times, and notes how often the event loop had come round before each time. */
async function noteTurns(rest: Rest, turns: number[], step: () => void, turn: () => number): Promise<void> {
  for (let done = 0; done < 3; done += 1) {
    await rest();
    turns.push(turn());
    step();
  }
}

/** @returns the turns of the event loop in which steps of two at once were done */
async function turnsOf(step: () => void, isServing = true): Promise<number[]> {
  let turn = 0;
  let isOver = false;
  const comeRound = () => {
    turn += 1;
    if (!isOver) setImmediate(comeRound);
  };
  setImmediate(comeRound);
  const rest = createPace(() => isServing, new AbortController().signal);
  const turns: number[] = [];
  await Promise.all([1, 2].map(() => noteTurns(rest, turns, step, () => turn)));
  isOver = true;
  return turns;
}

describe('the pace of an update', () => {
  it('lets requests have the thread before each step, also of several at once', async () => {
    const turns = await turnsOf(workNoticeably);
    expect(turns).toHaveLength(6);
    expect(new Set([0, ...turns]).size).toBe(7);
  });

  it('does not rest for steps that nobody notices', async () => {
    const turns = await turnsOf(() => undefined);
    expect(turns).toHaveLength(6);
    expect(new Set(turns).size).toBeLessThan(6);
  });

  it('does not rest while there is nobody to answer', async () => {
    expect(await turnsOf(workNoticeably, false)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('ends what rests, and what would, when all is over', async () => {
    const stopping = new AbortController();
    const rest = createPace(() => true, stopping.signal);
    const resting = [rest(), rest()];
    stopping.abort(new Error('over'));
    for (const ended of [...resting, rest()]) await expect(ended).rejects.toThrow('over');
  });
});
