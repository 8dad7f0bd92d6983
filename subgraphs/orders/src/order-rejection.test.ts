import { describe, expect, it } from '@jest/globals';
import { describeRejection, readStoredRejection, toStoredRejection } from './order-rejection.ts';

describe('a stored rejection', () => {
  it('survives JSON with ids beyond a safe integer', () => {
    const rejection = { code: 'OUT_OF_STOCK', productIds: [9_007_199_254_740_993n, 4n] } as const;
    const stored = toStoredRejection({ ...rejection, productIds: [...rejection.productIds] });
    expect(readStoredRejection(JSON.parse(JSON.stringify(stored)))).toEqual(rejection);
  });

  it.each([
    [{ code: 'OUT_OF_STOCK', productIds: [1n] }, 'Too few units of one product were left'],
    [{ code: 'OUT_OF_STOCK', productIds: [1n, 2n] }, 'Too few units of 2 products were left'],
    [{ code: 'RESERVATION_TIMED_OUT', productIds: [] }, 'Its items could not be reserved in time'],
  ] as const)('says in a sentence what was wrong: %o', ({ code, productIds }, sentence) => {
    expect(describeRejection({ code, productIds: [...productIds] })).toBe(sentence);
  });

  it('is null for an order that was not rejected', () => {
    expect(readStoredRejection(null)).toBeNull();
  });

  it('is refused when it is something else', () => {
    expect(() => readStoredRejection({ code: 'WEATHER', productIds: [] })).toThrow(/code/);
    expect(() => readStoredRejection({ code: 'OUT_OF_STOCK', productIds: ['prd_0'] })).toThrow(/productIds/);
  });
});
