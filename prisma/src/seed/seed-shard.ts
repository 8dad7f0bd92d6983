import type { ClientBase } from 'pg';
import { type History, type SeedOrder, tellHistory } from './history.ts';
import type { Marketplace, SeedUser } from './marketplace.ts';
import { makeNotifications, type ReceivedReviews } from './notifications.ts';
import { TableWriter } from './table-writer.ts';

/** All prices of the seed data are in it. */
export const CURRENCY = 'EUR';
/** How many products of a user are kept. */
const RECENTLY_VIEWED = 50;
const MINUTE_MS = 60_000;

export interface ShardSeed {
  client: ClientBase;
  marketplace: Marketplace;
  /** Those that live in this database. */
  users: readonly SeedUser[];
  received: ReceivedReviews;
  passwordHash: string;
  onRows: (count: number) => void;
}

/** Writes users with all that belongs to them into their shard database, in the transaction that is open. */
export async function seedShard({
  client,
  marketplace,
  users,
  received,
  passwordHash,
  onRows,
}: ShardSeed): Promise<void> {
  const writer = new TableWriter(client, onRows);
  for (const user of users) {
    const history = tellHistory(marketplace, user);
    addUser(writer, user, passwordHash);
    for (const order of history.orders) addOrder(writer, user, order);
    addReviews(writer, user, history);
    addRecentlyViewed(writer, user, history);
    for (const { id, kind, subjectId, readMs } of makeNotifications(user, history, received)) {
      const readAt = readMs === null ? null : new Date(readMs);
      writer.add('notifications', { id, user_id: user.id, kind, subject_id: subjectId, read_at: readAt });
    }
    await writer.writeFullBatches();
  }
  await writer.finish();
}

function addUser(
  writer: TableWriter,
  { id, email, displayName, role, bio, joinedMs }: SeedUser,
  passwordHash: string,
): void {
  writer.add('users', {
    id,
    email,
    display_name: displayName,
    password_hash: passwordHash,
    role,
    bio,
    updated_at: new Date(joinedMs),
  });
}

function addOrder(
  writer: TableWriter,
  user: SeedUser,
  { id, placedMs, status, shippingCountry, items }: SeedOrder,
): void {
  writer.add('orders', {
    id,
    buyer_id: user.id,
    status,
    currency: CURRENCY,
    total_minor: items.reduce((total, { product, quantity }) => total + product.priceMinor * BigInt(quantity), 0n),
    shipping_country: shippingCountry,
    rejection: status === 'REJECTED' ? rejectionOf(items) : null,
    updated_at: new Date(placedMs + 1_000),
  });
  for (const [position, { product, quantity }] of items.entries()) {
    writer.add('order_items', {
      order_id: id,
      position,
      product_id: product.id,
      quantity,
      unit_price_minor: product.priceMinor,
    });
  }
}

/** The first product was out of stock. */
function rejectionOf(items: SeedOrder['items']): string {
  return JSON.stringify({
    code: 'OUT_OF_STOCK',
    productIds: items.slice(0, 1).map(({ product }) => product.id.toString()),
  });
}

function addReviews(writer: TableWriter, user: SeedUser, { reviews }: History): void {
  for (const { id, product, rating, title, body, writtenMs } of reviews) {
    const updatedAt = new Date(writtenMs);
    writer.add('reviews', {
      id,
      author_id: user.id,
      product_id: product.id,
      rating,
      title,
      body,
      updated_at: updatedAt,
    });
  }
}

/** A user looks at products right before ordering them. The later time of a product counts, as when it is looked at again. */
function addRecentlyViewed(writer: TableWriter, user: SeedUser, { orders }: History): void {
  const viewedMs = new Map<bigint, number>();
  for (const { placedMs, items } of orders) {
    for (const [position, { product }] of items.entries()) {
      viewedMs.delete(product.id);
      viewedMs.set(product.id, placedMs - (items.length - position) * MINUTE_MS);
    }
  }
  for (const [productId, ms] of [...viewedMs].slice(-RECENTLY_VIEWED)) {
    writer.add('recently_viewed', { user_id: user.id, product_id: productId, viewed_at: new Date(ms) });
  }
}
