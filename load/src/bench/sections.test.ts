import { describe, expect, it } from '@jest/globals';
import { sections } from './sections.ts';

describe('every section of the bench', () => {
  it.each(sections)('compares with one of its own, beside the bare server: $title', ({ contenders, yardstickId }) => {
    const ids = contenders.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['bare', yardstickId]));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has the contender without what another one does besides', () => {
    const isCompared = sections.flatMap(({ contenders }) =>
      contenders.flatMap(({ withoutId }) =>
        withoutId === undefined ? [] : [contenders.some(({ id }) => id === withoutId)],
      ),
    );
    expect(isCompared).toEqual([true]);
  });

  it('has queries that no other section has, as results are kept by their names', () => {
    const ids = sections.flatMap(({ queries }) => queries.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
