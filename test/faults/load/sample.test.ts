import { describe, expect, it } from '@jest/globals';
import type { Operation } from './operation.ts';
import { missingParts } from './sample.ts';

const operation: Operation = {
  name: 'page',
  query: '',
  parts: [
    { name: 'title', path: ['product', 'title'], needs: [] },
    { name: 'authors', path: ['product', 'reviews', 'author', 'name'], needs: [] },
  ],
  variables: () => ({}),
};
const missing = (answer: object) => missingParts(operation, JSON.stringify(answer));
const product = { title: 'Cup', reviews: [{ author: { name: 'Ada' } }, { author: { name: 'Bo' } }] };

describe('what an answer lacks', () => {
  it('is nothing where each part has a value, in every element of its lists', () => {
    expect(missing({ data: { product } })).toEqual([]);
  });

  it('is a part that one element lacks, with the code of the error inside of it', () => {
    const reviews = [{ author: { name: 'Ada' } }, { author: null }];
    const errors = [{ path: ['product', 'reviews', 1, 'author'], extensions: { code: 'SUBGRAPH_TIMEOUT' } }];

    expect(missing({ data: { product: { ...product, reviews } }, errors })).toEqual([
      { part: 'page: authors', code: 'SUBGRAPH_TIMEOUT' },
    ]);
  });

  it('is all below a null, with the code of the error above', () => {
    const errors = [{ path: ['product'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }];

    expect(missing({ data: { product: null }, errors }).map(({ code }) => code)).toEqual([
      'SUBGRAPH_UNAVAILABLE',
      'SUBGRAPH_UNAVAILABLE',
    ]);
  });

  it('is all of an answer that was refused as a whole', () => {
    expect(missing({ errors: [{ extensions: { code: 'OVERLOADED' } }] })).toEqual([
      { part: 'page: title', code: 'OVERLOADED' },
      { part: 'page: authors', code: 'OVERLOADED' },
    ]);
  });

  it('is silent about a null that no error explains, and about a list that came empty', () => {
    const errors = [{ path: ['other'], extensions: { code: 'SUBGRAPH_TIMEOUT' } }];

    expect(missing({ data: { product: { title: null, reviews: [] } }, errors }).map(({ code }) => code)).toEqual([
      'SILENT',
      'SILENT',
    ]);
  });
});
