import { describe, expect, it } from '@jest/globals';
import { ALL_CELLS, cellName, selectCells } from './cell.ts';

describe('the cells of the matrix', () => {
  it('are eleven victims with five harms each', () => {
    expect(new Set(ALL_CELLS.map(cellName)).size).toBe(55);
  });

  it('are selected by name, by victim and by harm, each once and in their order', () => {
    expect(selectCells('redis/paused, replica/slow, redis/paused').map(cellName)).toEqual([
      'replica/slow',
      'redis/paused',
    ]);
    expect(selectCells('orders')).toHaveLength(5);
    expect(selectCells('/killed')).toHaveLength(11);
  });

  it.each(['', '/', 'mysql', 'redis/poked', 'redis,mysql'])('are not selected by %j', (text) => {
    expect(() => selectCells(text)).toThrow(RangeError);
  });
});
