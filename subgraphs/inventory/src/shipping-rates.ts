/** What it costs to send a parcel into one zone, in minor units of whatever currency the price is in. */
interface Rate {
  readonly firstStepMinor: number;
  readonly everyFurtherStepMinor: number;
}

type Zone = 'domestic' | 'europeanUnion' | 'europe' | 'world';

const gramsAStep = 500;
/** A share of the price in ten-thousandths: half a percent. */
const insuranceShare = 50n;
const wholeShare = 10_000n;

/** Parcels leave from here. */
const homeCountry = 'DE';

const rates: Readonly<Record<Zone, Rate>> = {
  domestic: { firstStepMinor: 390, everyFurtherStepMinor: 40 },
  europeanUnion: { firstStepMinor: 890, everyFurtherStepMinor: 120 },
  europe: { firstStepMinor: 1_290, everyFurtherStepMinor: 210 },
  world: { firstStepMinor: 1_990, everyFurtherStepMinor: 480 },
};

const europeanUnion = countries('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK');
const europe = countries('AD AL BA BY CH FO GB GG GI IM IS JE LI MC MD ME MK NO RS SM UA VA XK');

/** A parcel with one unit of a product. */
export interface Parcel {
  readonly weightGrams: number;
  /** Minor units. */
  readonly priceMinor: number;
}

/**
 * What it costs to send a parcel: the zone's rate for every 500 g begun, and insurance for half a percent of the price,
 * rounded up.
 *
 * @param country ISO 3166-1 alpha-2, in capitals or small letters
 * @returns minor units of the price's currency
 * @throws RangeError when a JavaScript number cannot hold the result
 */
export function shippingCostMinor({ weightGrams, priceMinor }: Parcel, country: string): number {
  const { firstStepMinor, everyFurtherStepMinor } = rates[zoneOf(country.toUpperCase())];
  const steps = Math.max(1, Math.ceil(weightGrams / gramsAStep));
  // As bigint: a price near 2^53 times the share would lose its last digits.
  const insurance = (BigInt(priceMinor) * insuranceShare + wholeShare - 1n) / wholeShare;
  const cost = firstStepMinor + (steps - 1) * everyFurtherStepMinor + Number(insurance);
  if (!Number.isSafeInteger(cost))
    throw new RangeError(`the cost of a parcel of ${weightGrams} g exceeds a safe integer`);
  return cost;
}

function zoneOf(country: string): Zone {
  if (country === homeCountry) return 'domestic';
  if (europeanUnion.has(country)) return 'europeanUnion';
  return europe.has(country) ? 'europe' : 'world';
}

function countries(codes: string): ReadonlySet<string> {
  return new Set(codes.split(' '));
}
