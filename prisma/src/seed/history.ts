import { composeId } from '../ids/id.ts';
import { countPublishedAt, type Marketplace, type SeedProduct, type SeedUser, timeOfPurchase } from './marketplace.ts';
import { COUNTRIES } from './people-words.ts';
import { Random } from './random.ts';
import { REVIEW_SENTENCES, REVIEW_TITLES } from './review-words.ts';

export interface SeedOrder {
  id: bigint;
  placedMs: number;
  status: 'CONFIRMED' | 'REJECTED' | 'CANCELLED';
  shippingCountry: string;
  items: { product: SeedProduct; quantity: number }[];
}

export interface SeedReview {
  id: bigint;
  writtenMs: number;
  product: SeedProduct;
  rating: number;
  title: string;
  body: string;
}

/** What one user did; their orders come in the order in which they were placed. */
export interface History {
  orders: SeedOrder[];
  reviews: SeedReview[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SEQUENCES = 4_096;
const MOST_ITEMS = 5;

/** Whose history is told, and what chance has to say in it. */
interface Telling {
  readonly marketplace: Marketplace;
  readonly user: SeedUser;
  readonly random: Random;
}

/** Tells what a user did. It depends on the user and the size alone, so histories can be told in any order, and again. */
export function tellHistory(marketplace: Marketplace, user: SeedUser): History {
  const random = Random.of('history', user.index);
  const telling: Telling = { marketplace, user, random };
  const { firstOrder, firstReview } = marketplace;
  const placedAt = numbersFrom(firstOrder, user.index)
    .map((number) => ({ number, placedMs: timeOfPurchase(random, user) }))
    .sort((left, right) => left.placedMs - right.placedMs);
  const orders = placedAt.map(({ number, placedMs }) => makeOrder(telling, number, placedMs));
  const bought = orders.filter((order) => order.status === 'CONFIRMED');
  return { orders, reviews: makeReviews(telling, bought, numbersFrom(firstReview, user.index)) };
}

/** The numbers that belong to a user: from their own first up to the next user's. */
function numbersFrom(first: Uint32Array, userIndex: number): number[] {
  const start = first[userIndex] ?? 0;
  return Array.from({ length: (first[userIndex + 1] ?? start) - start }, (_, offset) => start + offset);
}

function makeOrder({ marketplace, user, random }: Telling, number: number, placedMs: number): SeedOrder {
  const published = countPublishedAt(marketplace, placedMs);
  // Over all orders, one to five items come equally often.
  const itemCount = Math.min(1 + (number % MOST_ITEMS), published);
  const products = new Set<SeedProduct>();
  while (products.size < itemCount) products.add(pickProduct(marketplace, random, published));
  const luck = random.next();
  return {
    id: composeId({ timeMs: placedMs, logicalShard: user.logicalShard, sequence: number % SEQUENCES }),
    placedMs,
    status: luck < 0.9 ? 'CONFIRMED' : luck < 0.95 ? 'CANCELLED' : 'REJECTED',
    shippingCountry: random.pick(COUNTRIES),
    items: [...products].map((product) => ({ product, quantity: random.chance(0.75) ? 1 : random.between(2, 4) })),
  };
}

/** Some products are far more popular than others. */
function pickProduct({ products }: Marketplace, random: Random, published: number): SeedProduct {
  const product = products[Math.floor(random.next() ** 1.6 * published)];
  if (product === undefined) throw new RangeError('no product has been published yet');
  return product;
}

/** Reviews of what the user bought, the earliest first, and of other products when that was too little. */
function makeReviews(telling: Telling, bought: readonly SeedOrder[], numbers: readonly number[]): SeedReview[] {
  const { marketplace, user, random } = telling;
  const occasions = new Map<SeedProduct, number>();
  for (const { placedMs, items } of bought) {
    for (const { product } of items) if (!occasions.has(product)) occasions.set(product, placedMs);
  }
  while (occasions.size < Math.min(numbers.length, marketplace.products.length)) {
    const placedMs = timeOfPurchase(random, user);
    const product = pickProduct(marketplace, random, countPublishedAt(marketplace, placedMs));
    if (!occasions.has(product)) occasions.set(product, placedMs);
  }
  const chosen = [...occasions].slice(0, numbers.length);
  return chosen.map(([product, placedMs], index) =>
    makeReview(telling, { product, placedMs, number: numbers[index] ?? 0 }),
  );
}

function makeReview(
  { user, random }: Telling,
  { product, placedMs, number }: { product: SeedProduct; placedMs: number; number: number },
): SeedReview {
  const writtenMs = placedMs + random.between(HOUR_MS, DAY_MS);
  const rating = random.pick([1, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5]);
  const sentences = REVIEW_SENTENCES[rating] ?? [];
  return {
    id: composeId({ timeMs: writtenMs, logicalShard: user.logicalShard, sequence: number % SEQUENCES }),
    writtenMs,
    product,
    rating,
    title: random.pick(REVIEW_TITLES[rating] ?? []),
    body: random.chance(0.5) ? random.pick(sentences) : sentences.join(' '),
  };
}
