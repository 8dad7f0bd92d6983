import { describe, expect, it } from '@jest/globals';
import { readStoredRejection, toStoredRejection } from './order-rejection.ts';

describe('a stored rejection', () => {
  it('survives JSON with ids beyond a safe integer', () => {
    const rejection = { code: 'OUT_OF_STOCK', productIds: [9_007_199_254_740_993n, 4n] } as const;
    const stored = toStoredRejection({ ...rejection, productIds: [...rejection.productIds] });
    expect(readStoredRejection(JSON.parse(JSON.stringify(stored)))).toEqual(rejection);
  });

  it('is null for an order that was not rejected', () => {
    expect(readStoredRejection(null)).toBeNull();
  });

  it('is refused when it is something else', () => {
    expect(() => readStoredRejection({ code: 'WEATHER', productIds: [] })).toThrow(/code/);
    expect(() => readStoredRejection({ code: 'OUT_OF_STOCK', productIds: ['prd_0'] })).toThrow(/productIds/);
  });
});
