import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { credibleErrorPath } from './error-path.ts';
import { mergeShapeOf } from './merge-shape.ts';

const shape = mergeShapeOf(parse('{ books { title authors { name } } tags constructor: title }'), {
  renames: [],
  interfaceNames: new Set(),
});
const data = { books: [{ title: 'Emma', authors: null }], tags: ['a'] };

describe("an error's path", () => {
  it.each([[['books', 0, 'title']], [['books', 0, 'authors', 7, 'name']], [['tags', 0]], [['constructor']], [[]]])(
    '%j is kept where the data leads there, or a null is in its way',
    (path) => {
      expect(credibleErrorPath(path, data, shape)).toEqual(path);
    },
  );

  it.each<[(string | number)[], (string | number)[]]>([
    [['films'], []],
    [['__proto__'], []],
    [['books', 1, 'title'], ['books']],
    [['books', 'title'], ['books']],
    [
      ['books', 0, 'title', 'language'],
      ['books', 0, 'title'],
    ],
    [
      ['books', 0, 'title', 0],
      ['books', 0, 'title'],
    ],
    [
      ['books', 0, 'authors', 7, 'age'],
      ['books', 0, 'authors', 7],
    ],
  ])('%j is cut to %j, since no answer goes on there', (path, credible) => {
    expect(credibleErrorPath(path, data, shape)).toEqual(credible);
  });
});
