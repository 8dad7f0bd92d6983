import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineEvent } from './event-definition.ts';
import { EventMismatchError } from './event-mismatch-error.ts';

const schema = z.object({ orderId: z.string(), total: z.number().int() });
const sample = { orderId: 'ord_1', total: 1999 };
const orderPlaced = defineEvent({ name: 'order.placed', version: 2, schema, sample });
const event = { id: 7n, name: 'order.placed', version: 2, payload: sample };

describe('defineEvent', () => {
  it('reads the payload of an event that fits', () => {
    expect(orderPlaced.parse(event)).toEqual(sample);
    expect(orderPlaced).toMatchObject({ name: 'order.placed', version: 2, sample });
  });

  it('names the field that does not fit', () => {
    const payload = { orderId: 'ord_1', total: 'much' };
    expect(() => orderPlaced.parse({ ...event, payload })).toThrow(EventMismatchError);
    expect(() => orderPlaced.parse({ ...event, payload })).toThrow(
      /event 7 does not fit order\.placed version 2:[\s\S]*total/,
    );
  });

  it.each([{ name: 'order.cancelled' }, { version: 3 }])('refuses another event or version: %j', (other) => {
    expect(() => orderPlaced.parse({ ...event, ...other })).toThrow('not order.placed version 2');
  });

  it('writes what happened to an aggregate under its name and version', () => {
    expect(orderPlaced.about(9n, sample)).toEqual({
      name: 'order.placed',
      version: 2,
      aggregateId: 9n,
      payload: sample,
    });
  });

  it('cannot be defined with a sample that does not fit', () => {
    const wrong = { orderId: 'ord_1', total: 1.5 };
    expect(() => defineEvent({ name: 'order.placed', version: 2, schema, sample: wrong })).toThrow(EventMismatchError);
  });
});
