import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { boundedInteger, boundedText } from './fields.ts';
import { parseInput } from './parse-input.ts';

const person = z.object({
  name: boundedText({ min: 1, max: 5 }),
  pets: z.array(z.object({ age: boundedInteger({ min: 0, max: 30 }) })),
});

describe('an input', () => {
  it('comes out as its schema makes it', () => {
    expect(parseInput(person, { name: '  Ada ', pets: [{ age: 30 }] })).toEqual({ name: 'Ada', pets: [{ age: 30 }] });
  });

  it.each([
    ['a text of spaces', { name: '   ', pets: [] }, 'name', 'name: must have 1 to 5 characters'],
    ['a text that is too long', { name: 'Rudolf', pets: [] }, 'name', 'name: must have 1 to 5 characters'],
    [
      'a number out of bounds, deep inside',
      { name: 'Ada', pets: [{ age: 1 }, { age: 31 }] },
      'pets.1.age',
      'pets.1.age: must be a whole number from 0 to 30',
    ],
    ['no object', 7, 'input', expect.stringContaining('input: ')],
  ])('is refused with %s, naming the field', (_, input, field, message) => {
    expect(() => parseInput(person, input)).toThrow(
      expect.objectContaining({ message, extensions: { code: 'BAD_USER_INPUT', field } }),
    );
  });

  it('that is a single value is named by its caller', () => {
    expect(() => parseInput(boundedText({ min: 1, max: 5 }), '', 'filter.text')).toThrow(
      expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT', field: 'filter.text' } }),
    );
  });
});
