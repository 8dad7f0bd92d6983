import type { ClientBase } from 'pg';
import { type SeedOrder, tellHistory } from './history.ts';
import { type Marketplace, SEED_END_MS, type SeedProduct } from './marketplace.ts';
import { Random } from './random.ts';
import { CURRENCY } from './seed-shard.ts';
import { TableWriter } from './table-writer.ts';

export interface CatalogSeed {
  client: ClientBase;
  marketplace: Marketplace;
  onRows: (count: number) => void;
}

const STATE_OF_STATUS = {
  CONFIRMED: 'RESERVED',
  REJECTED: 'REJECTED',
  CANCELLED: 'RELEASED',
} as const satisfies Record<SeedOrder['status'], string>;

/** What all histories add up to, by the index of the product. */
interface Totals {
  ratingCount: Uint32Array;
  ratingSum: Uint32Array;
  reserved: Uint32Array;
}

/**
 * Writes what belongs to no single user into the catalog database, in the transaction that is open. Histories are told once
 * more instead of kept from the shards: the catalog can then be written alone, and memory does not grow with the orders.
 */
export async function seedCatalog({ client, marketplace, onRows }: CatalogSeed): Promise<void> {
  const writer = new TableWriter(client, onRows);
  for (const { id, parentId, slug, name, position } of marketplace.categories) {
    writer.add('categories', { id, parent_id: parentId, slug, name, position });
  }
  const productCount = marketplace.products.length;
  const totals: Totals = {
    ratingCount: new Uint32Array(productCount),
    ratingSum: new Uint32Array(productCount),
    reserved: new Uint32Array(productCount),
  };
  for (const user of marketplace.users) {
    const { orders, reviews } = tellHistory(marketplace, user);
    const claimedAt = new Date(user.joinedMs);
    writer.add('user_directory', { email: user.email, user_id: user.id, state: 'CONFIRMED', claimed_at: claimedAt });
    for (const order of orders) addReservation(writer, totals, order);
    for (const { id, product, rating } of reviews) {
      writer.add('review_index', { review_id: id, product_id: product.id, author_id: user.id, rating });
      increase(totals.ratingCount, product, 1);
      increase(totals.ratingSum, product, rating);
    }
    await writer.writeFullBatches();
  }
  for (const product of marketplace.products) addProduct(writer, totals, product);
  await writer.finish();
}

function addReservation(writer: TableWriter, totals: Totals, { id, placedMs, status, items }: SeedOrder): void {
  const state = STATE_OF_STATUS[status];
  const at = new Date(placedMs + 500);
  writer.add('stock_reservations', { order_id: id, state, created_at: at, updated_at: at });
  if (state === 'REJECTED') return;
  for (const { product, quantity } of items) {
    writer.add('stock_reservation_lines', { order_id: id, product_id: product.id, quantity });
    if (state === 'RESERVED') increase(totals.reserved, product, quantity);
  }
}

function addProduct(writer: TableWriter, totals: Totals, product: SeedProduct): void {
  const { index, id, merchant, categoryId, title, description, priceMinor, weightGrams, publishedMs } = product;
  const random = Random.of('stock', index);
  writer.add('products', {
    id,
    merchant_id: merchant.id,
    category_id: categoryId,
    title,
    description,
    price_minor: priceMinor,
    currency: CURRENCY,
    weight_grams: weightGrams,
    updated_at: new Date(publishedMs),
  });
  writer.add('stock', {
    product_id: id,
    merchant_id: merchant.id,
    available: random.chance(0.05) ? 0 : random.between(20, 500),
    reserved: totals.reserved[index] ?? 0,
    updated_at: new Date(SEED_END_MS),
  });
  // Who bought looked before, and so did many who did not buy.
  const bought = totals.reserved[index] ?? 0;
  writer.add('product_views', { product_id: id, count: bought * random.between(5, 40) + random.between(0, 200) });
  writer.add('product_ratings', {
    product_id: id,
    merchant_id: merchant.id,
    count: totals.ratingCount[index] ?? 0,
    sum: totals.ratingSum[index] ?? 0,
  });
}

function increase(totals: Uint32Array, { index }: SeedProduct, by: number): void {
  totals[index] = (totals[index] ?? 0) + by;
}
