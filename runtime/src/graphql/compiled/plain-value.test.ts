import { describe, expect, it } from '@jest/globals';
import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLScalarType,
  GraphQLString,
} from 'graphql';
import { plainTestOf } from './plain-value.ts';

const ints = [0, -0, 1, -1, 2 ** 31 - 1, -(2 ** 31)];
const floats = [0.5, 2 ** 31, -(2 ** 31) - 1, 1e300];
const texts = ['', 'a', '1', 'true'];
const others = [Number.NaN, Infinity, -Infinity, 1n, null, undefined, {}, [], Symbol('s'), () => 'a', new Date(0)];
const values = [...ints, ...floats, ...texts, true, false, ...others];

describe('values that go into an answer as they are', () => {
  it.each([
    { type: GraphQLString, plain: texts },
    { type: GraphQLID, plain: texts },
    { type: GraphQLInt, plain: ints },
    { type: GraphQLFloat, plain: [...ints, ...floats] },
    { type: GraphQLBoolean, plain: [true, false] },
  ])('of $type are those that it serializes to themselves', ({ type, plain }) => {
    expect(values.filter(plainTestOf(type))).toEqual(plain);
    expect(plain.map((value) => type.serialize(value))).toEqual(plain);
    expect(values.filter(plainTestOf(new GraphQLNonNull(type)))).toEqual(plain);
  });

  it('of an enum are those that have their own names for values', () => {
    const letter = new GraphQLEnumType({ name: 'Letter', values: { a: {}, b: { value: 'true' }, c: { value: 1 } } });
    expect(values.filter(plainTestOf(letter))).toEqual(['a']);
    expect(letter.serialize('a')).toBe('a');
  });

  it.each([
    new GraphQLScalarType({ name: 'Custom' }),
    new GraphQLEnumType({ name: 'Letter', values: { A: { value: 'a' } } }),
    new GraphQLList(GraphQLString),
  ])('are none of %s', (type) => {
    expect(values.filter(plainTestOf(type))).toEqual([]);
  });
});
