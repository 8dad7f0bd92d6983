import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../subgraph-fetch/json-object.ts';
import { compileEntityPath } from './entity-path.ts';

describe('the places of an object', () => {
  const shared = { id: '1' };

  it('are all where it stands, through lists and lists of lists', () => {
    const data = { a: [{ b: [[shared, null], [{}]] }, { b: [[{}], [shared]] }, { b: 'wrong' }, null] };
    expect(compileEntityPath(['a', '@', 'b', '@', '@']).locate(data).of(shared, 10)).toEqual([
      ['a', 0, 'b', 0, 0],
      ['a', 1, 'b', 1, 0],
    ]);
  });

  it('are those below every object that leads there, where these stand in several places, too', () => {
    const middle = { b: shared };
    const places = compileEntityPath(['a', '@', 'b']).locate({ a: [middle, { b: {} }, middle] });
    expect(places.of(shared, 10)).toEqual([
      ['a', 0, 'b'],
      ['a', 2, 'b'],
    ]);
  });

  it('are none for an object that stands elsewhere, and the root for the data itself', () => {
    const data = { a: { b: shared } };
    expect(compileEntityPath(['a']).locate(data).of(shared, 10)).toEqual([]);
    expect(compileEntityPath([]).locate(data).of(data, 10)).toEqual([[]]);
  });

  it('are found at once, as many as are asked for, where there are more than anybody can count', () => {
    let data: JsonObject = { entity: shared };
    const path: string[] = ['entity'];
    for (let level = 0; level < 14; level++) {
      data = { list: Array(10).fill(data) };
      path.unshift('list', '@');
    }
    const found = compileEntityPath(path).locate(data).of(shared, 3);
    expect(found.map((place) => place.filter((step) => typeof step === 'number').join(''))).toEqual([
      '00000000000000',
      '10000000000000',
      '20000000000000',
    ]);
  });
});
