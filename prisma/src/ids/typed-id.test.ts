import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeId, encodeId, type IdType, InvalidIdError, idTypeOf } from './typed-id.ts';

const anyType = fc.constantFrom<IdType>('user', 'session', 'category', 'product', 'order', 'review', 'notification');
const anyId = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n });

describe('a typed id', () => {
  it('reads back as the id that was written', () => {
    fc.assert(
      fc.property(anyType, anyId, (type, id) => {
        const text = encodeId(type, id);
        expect(text).toMatch(/^[a-z]{3}_[0-9a-z]{13}$/);
        expect(decodeId(type, text)).toBe(id);
        expect(idTypeOf(text)).toBe(type);
      }),
    );
  });

  it('sorts like its number', () => {
    fc.assert(
      fc.property(anyId, anyId, (one, other) => {
        fc.pre(one !== other);
        expect(encodeId('order', one) < encodeId('order', other)).toBe(one < other);
      }),
    );
  });

  it('has one text only: whatever decodes encodes to the same text', () => {
    const nearlyAnId = fc
      .tuple(fc.constantFrom('ord_', 'ORD_', 'ord-'), fc.stringMatching(/^[0-9a-zA-Z]{12,14}$/))
      .map((both) => both.join(''));
    fc.assert(
      fc.property(nearlyAnId, (text) => {
        if (idTypeOf(text) === undefined) expect(() => decodeId('order', text)).toThrow(InvalidIdError);
        else expect(encodeId('order', decodeId('order', text))).toBe(text);
      }),
    );
  });

  it.each([
    ['an upper-case digit', 'ord_000000000000A'],
    ['a digit that is easily misread', 'ord_000000000000o'],
    ['one digit too few', 'ord_000000000000'],
    ['one digit too many', 'ord_00000000000000'],
    ['a number beyond 63 bits', 'ord_8000000000000'],
    ['white space around it', 'ord_000000000000 '],
    ['a line break at its end', 'ord_0000000000000\n'],
    ['an unknown prefix', 'xyz_0000000000000'],
    ['nothing', ''],
  ])('is refused with %s', (_, text) => {
    expect(() => decodeId('order', text)).toThrow(InvalidIdError);
    expect(() => decodeId('order', text)).toThrow(/ is not an id$/);
  });

  it('names both types when it is of another one', () => {
    expect(() => decodeId('product', encodeId('user', 7n))).toThrow(
      expect.objectContaining({ code: 'INVALID_ID', message: 'expected a product id (prd_…), got a user id (usr_…)' }),
    );
  });

  it('is never echoed at length, however it is escaped', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ minLength: 20 }), fc.constant('\u0000'.repeat(5_000))), (text) => {
        fc.pre(idTypeOf(text) === undefined);
        expect(() => decodeId('order', text)).toThrow(
          expect.objectContaining({ message: expect.stringMatching(/^[\s\S]{1,40} is not an id$/) }),
        );
      }),
    );
  });

  it.each([-1n, 1n << 63n])('cannot be made of %p, which does not fit', (id) => {
    expect(() => encodeId('order', id)).toThrow(RangeError);
  });
});
