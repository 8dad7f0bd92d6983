import { CATALOG_LOGICAL_SHARD, composeId } from '../ids/id.ts';
import { BIOS, FIRST_NAMES, LAST_NAMES } from './people-words.ts';
import { ADJECTIVES, DEPARTMENTS, type LeafCategory, SELLING_POINTS } from './product-words.ts';
import { Random } from './random.ts';
import { DEMO_ORDERS, type SeedSize } from './seed-size.ts';

/** The seed data tells of these ten months. */
export const SEED_START_MS = Date.UTC(2026, 0, 5);
export const SEED_END_MS = Date.UTC(2026, 9, 31);
/** From here on orders are placed. */
const OPENING_MS = Date.UTC(2026, 0, 20);
const DAY_MS = 86_400_000;
const SEQUENCES = 4_096;
/** Prime to the number of logical shards, so that neighbours in the list of users are far apart and all shards get their turn. */
const SHARD_STRIDE = 509;

export interface SeedUser {
  index: number;
  id: bigint;
  logicalShard: number;
  joinedMs: number;
  email: string;
  displayName: string;
  role: 'CUSTOMER' | 'MERCHANT' | 'ADMIN';
  bio: string | null;
}

export interface SeedCategory {
  id: bigint;
  parentId: bigint | null;
  slug: string;
  name: string;
  position: number;
}

export interface SeedProduct {
  index: number;
  id: bigint;
  publishedMs: number;
  merchant: SeedUser;
  categoryId: bigint;
  title: string;
  description: string;
  priceMinor: bigint;
  weightGrams: number;
}

/** Everything that histories of users refer to, and how much history each user has. */
export interface Marketplace {
  size: SeedSize;
  users: readonly SeedUser[];
  categories: readonly SeedCategory[];
  /** In the order in which they were published. */
  products: readonly SeedProduct[];
  /** For each user the number of the first order and of the first review; one more entry at the end. */
  firstOrder: Uint32Array;
  firstReview: Uint32Array;
}

export const DEMO_CUSTOMER = 0;
export const DEMO_MERCHANT = 1;
export const DEMO_ADMIN = 2;

/** Makes the marketplace of a size; the same size makes the same one everywhere. */
export function makeMarketplace(size: SeedSize): Marketplace {
  const users = Array.from({ length: size.users }, (_, index) => makeUser(index, size));
  const { categories, leaves } = makeCategories();
  const merchants = users.filter((user) => user.role === 'MERCHANT');
  const products = Array.from({ length: size.products }, (_, index) => makeProduct(index, size, leaves, merchants));
  const firstOrder = spreadOrders(size);
  const firstReview = firstOrder.map((order) => Math.round((order / size.orders) * size.reviews));
  return { size, users, categories, products, firstOrder, firstReview };
}

/** How many products had been published at a time: they are the first so many of the list. */
export function countPublishedAt({ products }: Marketplace, timeMs: number): number {
  let low = 0;
  let high = products.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((products[middle]?.publishedMs ?? Number.POSITIVE_INFINITY) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A time between a user's arrival and the end of the seed data. */
export function timeOfPurchase(random: Random, user: SeedUser): number {
  return random.between(Math.max(user.joinedMs, OPENING_MS), SEED_END_MS - DAY_MS);
}

function makeUser(index: number, size: SeedSize): SeedUser {
  const random = Random.of('user', index);
  const logicalShard = (index * SHARD_STRIDE) % CATALOG_LOGICAL_SHARD;
  const joinedMs = joinTime(index, size, random);
  const name = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
  return {
    index,
    id: composeId({ timeMs: joinedMs, logicalShard, sequence: index % SEQUENCES }),
    logicalShard,
    joinedMs,
    ...identityOf(index, name),
    role: roleOf(index, size),
    bio: random.chance(0.4) ? random.pick(BIOS) : null,
  };
}

function identityOf(index: number, name: string): { email: string; displayName: string } {
  if (index === DEMO_CUSTOMER) return { email: 'demo@tributary.example', displayName: 'Dana Demo' };
  if (index === DEMO_MERCHANT) return { email: 'merchant@tributary.example', displayName: 'Mira Merchant' };
  if (index === DEMO_ADMIN) return { email: 'admin@tributary.example', displayName: 'Ari Admin' };
  return { email: `${name.toLowerCase().replace(' ', '.')}.${index}@mail.example`, displayName: name };
}

function roleOf(index: number, { merchants }: SeedSize): SeedUser['role'] {
  if (index === DEMO_CUSTOMER) return 'CUSTOMER';
  if (index === DEMO_ADMIN) return 'ADMIN';
  return index === DEMO_MERCHANT || index - DEMO_ADMIN < merchants ? 'MERCHANT' : 'CUSTOMER';
}

/** The demo accounts and the merchants come first, within a week; the others day by day. */
function joinTime(index: number, { users, merchants }: SeedSize, random: Random): number {
  const staff = merchants + DEMO_ADMIN;
  if (index < staff) return SEED_START_MS + index * Math.floor((7 * DAY_MS) / staff);
  const share = (index - staff) / (users - staff);
  return SEED_START_MS + 7 * DAY_MS + Math.floor(share * 270 * DAY_MS) + random.between(0, DAY_MS);
}

function makeCategories(): { categories: SeedCategory[]; leaves: { id: bigint; words: LeafCategory }[] } {
  const categories: SeedCategory[] = [];
  const leaves: { id: bigint; words: LeafCategory }[] = [];
  const add = (name: string, parentId: bigint | null, position: number): bigint => {
    const sequence = categories.length;
    const id = composeId({ timeMs: SEED_START_MS + sequence, logicalShard: CATALOG_LOGICAL_SHARD, sequence });
    categories.push({ id, parentId, slug: name.toLowerCase().replaceAll(' ', '-'), name, position });
    return id;
  };
  for (const [position, { name, children }] of DEPARTMENTS.entries()) {
    const parentId = add(name, null, position);
    for (const [place, words] of children.entries()) leaves.push({ id: add(words.name, parentId, place), words });
  }
  return { categories, leaves };
}

function makeProduct(
  index: number,
  size: SeedSize,
  leaves: readonly { id: bigint; words: LeafCategory }[],
  merchants: readonly SeedUser[],
): SeedProduct {
  const random = Random.of('product', index);
  const { id: categoryId, words } = random.pick(leaves);
  // A third of them in the first week, so that early orders have something to choose from.
  const publishedMs = SEED_START_MS + 7 * DAY_MS + Math.floor((index / size.products) ** 3 * 260 * DAY_MS) + index;
  const noun = random.pick(words.nouns);
  const kind = random.pick(words.kinds);
  return {
    index,
    id: composeId({ timeMs: publishedMs, logicalShard: CATALOG_LOGICAL_SHARD, sequence: index % SEQUENCES }),
    publishedMs,
    merchant: random.pick(merchants),
    categoryId,
    title: `${random.pick(ADJECTIVES)} ${kind} ${noun}`,
    description: `${kind} ${noun.toLowerCase()} for every day. ${random.pick(SELLING_POINTS)}`,
    // Prices end in 90 cents, more of them low than high.
    priceMinor: BigInt(
      Math.round((words.price[0] + (words.price[1] - words.price[0]) * random.next() ** 2) / 100) * 100 - 10,
    ),
    weightGrams: random.between(...words.weight),
  };
}

/** Gives every order to somebody: the demo customer's first, then at random. */
function spreadOrders({ users, orders }: SeedSize): Uint32Array {
  const random = Random.of('orders', 0);
  const counts = new Uint32Array(users);
  counts[DEMO_CUSTOMER] = DEMO_ORDERS;
  for (let order = DEMO_ORDERS; order < orders; order += 1) {
    const buyer = random.between(0, users - 1);
    counts[buyer] = (counts[buyer] ?? 0) + 1;
  }
  const firstOrder = new Uint32Array(users + 1);
  for (const [user, count] of counts.entries()) firstOrder[user + 1] = (firstOrder[user] ?? 0) + count;
  return firstOrder;
}
