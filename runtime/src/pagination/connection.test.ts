import { describe, expect, it } from '@jest/globals';
import { pageArguments, toConnection } from './connection.ts';
import { idCursor, integerSortedCursor } from './cursor-codec.ts';

const rows = [{ id: 5n }, { id: 4n }, { id: 3n }];

describe('pageArguments', () => {
  it.each([{}, { first: null, after: null }])('takes 20 from the start for %j', (args) => {
    expect(pageArguments(args)).toEqual({ first: 20, after: null });
  });

  it('decodes the cursor with the codec of the list', () => {
    const byPrice = integerSortedCursor('products:price');
    const position = { key: 1999n, id: 7n };
    expect(pageArguments({ first: 1, after: idCursor.encode(7n) })).toEqual({ first: 1, after: 7n });
    expect(pageArguments({ first: 100, after: byPrice.encode(position) }, { codec: byPrice })).toEqual({
      first: 100,
      after: position,
    });
  });

  it.each([0, -1, 101, 1_000, 1.5, Number.NaN])('refuses a page of %d and says what is allowed', (first) => {
    expect(() => pageArguments({ first })).toThrow(
      expect.objectContaining({
        code: 'PAGE_SIZE_OUT_OF_RANGE',
        message: `first has to be from 1 to 100, not ${first}`,
        extensions: { code: 'PAGE_SIZE_OUT_OF_RANGE', minimum: 1, maximum: 100 },
      }),
    );
  });

  it('refuses a cursor that is not one of the list', () => {
    expect(() => pageArguments({ after: 'x' })).toThrow(expect.objectContaining({ code: 'INVALID_CURSOR' }));
  });
});

describe('toConnection', () => {
  it('leaves out the extra row and says that there is a next page', () => {
    const connection = toConnection(rows, 2, ({ id }) => id, null);
    expect(connection.nodes).toEqual([{ id: 5n }, { id: 4n }]);
    expect(connection.edges.map(({ cursor }) => idCursor.decode(cursor))).toEqual([5n, 4n]);
    expect(connection.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: idCursor.encode(5n),
      endCursor: idCursor.encode(4n),
    });
  });

  it('has a previous page behind a cursor, and no next one without an extra row', () => {
    expect(toConnection(rows, 3, ({ id }) => id, 9n).pageInfo).toMatchObject({
      hasNextPage: false,
      hasPreviousPage: true,
    });
  });

  it('has no cursors when it is empty', () => {
    expect(toConnection<{ id: bigint }>([], 3, ({ id }) => id, null)).toEqual({
      edges: [],
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it('makes cursors that the next page of the same order takes', () => {
    const codec = integerSortedCursor('products:price');
    const position = (row: { id: bigint }) => ({ key: row.id * 100n, id: row.id });
    const { pageInfo } = toConnection(rows, 2, position, null, codec);
    expect(pageArguments({ after: pageInfo.endCursor }, { codec }).after).toEqual({ key: 400n, id: 4n });
  });
});
