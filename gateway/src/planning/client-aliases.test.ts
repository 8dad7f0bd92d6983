import { describe, expect, it } from '@jest/globals';
import { parse, print } from 'graphql';
import { separateClientNames } from './client-aliases.ts';

const plannerNames = new Set(['__typename', 'id', 'price']);

function separate(source: string) {
  const { document, clientNames } = separateClientNames(parse(source), plannerNames);
  return { text: print(document).replaceAll(/\s+/g, ' '), names: Object.fromEntries(clientNames) };
}

describe("what a client selects under one of the planner's names", () => {
  it('stays when the planner means the same', () => {
    expect(separate('{ id price title total(x: 1) cost: price }')).toEqual({
      text: '{ id price title total(x: 1) cost: price }',
      names: {},
    });
  });

  it.each([
    ['another field', '{ id: title }', '{ id__client0: title }', 'id'],
    ['the field with arguments', '{ price(in: EUR) }', '{ price__client0: price(in: EUR) }', 'price'],
    ['anything but the type name', '{ __typename: title }', '{ __typename__client0: title }', '__typename'],
  ])('gets another name when it is %s', (_case, source, text, name) => {
    expect(separate(source)).toEqual({ text, names: { [`${name}__client0`]: name } });
  });

  it('has one meaning in the whole operation: further ones get another name', () => {
    expect(separate('{ a { stars } b { stars(of: 5) stars: title } c { stars } }')).toEqual({
      text: '{ a { stars } b { stars__client0: stars(of: 5) stars__client1: title } c { stars } }',
      names: { stars__client0: 'stars', stars__client1: 'stars' },
    });
  });

  it('gets one name for equal selections, wherever they are, and several for unlike ones', () => {
    const source =
      '{ a { price(in: EUR) } ...F } fragment F on T { price(in: EUR) b { price(in: USD) price__client0: c } }';

    expect(separate(source)).toEqual({
      text: '{ a { price__client1: price(in: EUR) } ...F } fragment F on T { price__client1: price(in: EUR) b { price__client2: price(in: USD) price__client0: c } }',
      names: { price__client1: 'price', price__client2: 'price' },
    });
  });
});
