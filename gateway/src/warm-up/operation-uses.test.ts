import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { OperationCounter } from './operation-uses.ts';

const document = parse('{ a }');

describe('OperationCounter', () => {
  it('gives the most used, and begins anew', () => {
    const counter = new OperationCounter();
    for (const key of ['a', 'b', 'b', 'c', 'c', 'c']) counter.count(key, document, null);

    expect(counter.takeMostUsed(2)).toEqual([
      { key: 'c', document, viewer: null, uses: 3 },
      { key: 'b', document, viewer: null, uses: 2 },
    ]);
    expect(counter.takeMostUsed(2)).toEqual([]);
  });

  it('stays small whatever is asked: operations beyond a bound are not counted', () => {
    const counter = new OperationCounter();
    for (let key = 0; key < 20_000; key += 1) counter.count(String(key), document, null);
    counter.count('0', document, null);

    const counted = counter.takeMostUsed(100_000);
    expect(counted).toHaveLength(5_000);
    expect(counted[0]).toMatchObject({ key: '0', uses: 2 });
  });
});
