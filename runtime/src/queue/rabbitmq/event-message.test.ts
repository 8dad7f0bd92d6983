import { describe, expect, it } from '@jest/globals';
import { decodeEvent, encodeEvent } from './event-message.ts';

const event = {
  id: 9_007_199_254_740_993n,
  name: 'OrderPlaced',
  version: 2,
  aggregateId: 9_223_372_036_854_775_807n,
  payload: { lines: [{ quantity: 2 }], note: 'ü' },
  occurredAt: new Date('2026-05-01T12:30:00.125Z'),
};

describe('the message of an event', () => {
  it('carries every field through JSON exactly', () => {
    const body: unknown = JSON.parse(JSON.stringify(encodeEvent(event)));
    expect(decodeEvent({ body })).toEqual(event);
  });

  it.each([
    ['text', 'hello'],
    ['an id that is a number', { ...encodeEvent(event), id: 7 }],
    ['an id beyond 64 bits', { ...encodeEvent(event), id: '9'.repeat(20) }],
    ['no time', { ...encodeEvent(event), occurredAt: 'yesterday' }],
    ['a list as payload', { ...encodeEvent(event), payload: [] }],
  ])('is not taken from %s', (_, body) => {
    expect(decodeEvent({ body })).toBeUndefined();
  });
});
