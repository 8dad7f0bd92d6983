import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Deadlines } from '../../subgraph-fetch/deadlines.ts';
import { Gathering } from './gathering.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A gathering that notes who goes when. */
function gather(size: number) {
  const departures: number[][] = [];
  const gathering = new Gathering(size, new Deadlines(), async (arrived) => {
    departures.push([...arrived]);
  });
  return { gathering, departures };
}

describe('those who gather', () => {
  it('go once all are there', async () => {
    const { gathering, departures } = gather(3);
    const arrivals = [gathering.arrive(2), gathering.arrive(0)];
    expect(departures).toEqual([]);
    arrivals.push(gathering.arrive(1));
    expect(departures).toEqual([[2, 0, 1]]);
    await Promise.all(arrivals);
    jest.advanceTimersByTime(1_000);
    expect(departures).toHaveLength(1);
  });

  it('go once the last of the others has said that it stays away', () => {
    const { gathering, departures } = gather(3);
    gathering.stayAway();
    void gathering.arrive(1);
    expect(departures).toEqual([]);
    gathering.stayAway();
    expect(departures).toEqual([[1]]);
  });

  it('do nothing when all stay away', () => {
    const { gathering, departures } = gather(2);
    gathering.stayAway();
    gathering.stayAway();
    expect(departures).toEqual([]);
  });

  it('go without those who take too long, who go later', async () => {
    const { gathering, departures } = gather(3);
    const first = gathering.arrive(0);
    jest.advanceTimersByTime(100);
    await first;
    expect(departures).toEqual([[0]]);
    void gathering.arrive(1);
    void gathering.arrive(2);
    expect(departures).toEqual([[0], [1, 2]]);
  });

  it('are all told of a failure', async () => {
    const gathering = new Gathering(2, new Deadlines(), () => Promise.reject(new Error('lost')));
    const arrivals = [gathering.arrive(0), gathering.arrive(1)];
    for (const arrival of arrivals) await expect(arrival).rejects.toThrow('lost');
  });
});
