import { describe, expect, it } from '@jest/globals';
import { shippingCostMinor } from './shipping-rates.ts';

const parcel = { weightGrams: 500, priceMinor: 0 };

describe('the cost of a parcel', () => {
  it.each([
    ['DE', 390],
    ['de', 390],
    ['FR', 890],
    ['CH', 1_290],
    ['NZ', 1_990],
  ])('depends on the zone: to %s it is %d', (country, cost) => {
    expect(shippingCostMinor(parcel, country)).toBe(cost);
  });

  it('rises with every 500 g begun', () => {
    const costs = [1, 500, 501, 1_000, 1_001].map((weightGrams) => shippingCostMinor({ ...parcel, weightGrams }, 'DE'));
    expect(costs).toEqual([390, 390, 430, 430, 470]);
  });

  it('insures half a percent of the price, rounded up to a whole minor unit', () => {
    const costs = [0, 1, 200, 201, 19_999].map((priceMinor) => shippingCostMinor({ ...parcel, priceMinor }, 'DE'));
    expect(costs).toEqual([390, 391, 391, 392, 490]);
  });

  it('is exact for prices whose product with the share exceeds a safe integer', () => {
    expect(shippingCostMinor({ ...parcel, priceMinor: Number.MAX_SAFE_INTEGER }, 'DE')).toBe(390 + 45_035_996_273_705);
  });
});
