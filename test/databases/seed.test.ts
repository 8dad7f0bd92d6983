import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO_PASSWORD } from '@tributary/prisma/seed/demo-password';
import { tellHistory } from '@tributary/prisma/seed/history';
import { type Seeded, seedDatabases } from '@tributary/prisma/seed/seed-databases';
import { SeedError } from '@tributary/prisma/seed/seed-marker';
import { Client } from 'pg';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

const SIZE = { users: 60, merchants: 5, products: 40, orders: 300, reviews: 90 };

async function query<Row>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Runs a query on every shard and adds the results, one row each, name by name. */
async function sumOverShards(kit: TestDatabases, text: string): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { primary } of Object.values(kit.config.shards)) {
    const [row] = await query<Record<string, number>>(primary, text);
    for (const [name, value] of Object.entries(row ?? {})) sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}

describe('the seed data', () => {
  let kit: TestDatabases;
  let seeded: Seeded;

  beforeAll(async () => {
    kit = await startTestDatabases({ name: 'seed' });
    seeded = await seedDatabases({ config: kit.config, size: SIZE });
  });

  afterAll(async () => {
    await kit.close();
  });

  it('has as many rows as the size says', async () => {
    const counts = await sumOverShards(
      kit,
      `SELECT (SELECT count(*) FROM users)::int AS users, (SELECT count(*) FROM orders)::int AS orders,
         (SELECT count(*) FROM order_items)::int AS items, (SELECT count(*) FROM reviews)::int AS reviews,
         (SELECT count(*) FROM orders_default)::int AS "outsideOfMonths"`,
    );
    expect(counts).toEqual({ users: 60, orders: 300, items: 900, reviews: 90, outsideOfMonths: 0 });
    const [catalog] = await query(
      kit.config.catalog.primary,
      `SELECT (SELECT count(*) FROM products)::int AS products, (SELECT count(*) FROM categories)::int AS categories,
         (SELECT count(*) FROM stock)::int AS stock, (SELECT count(*) FROM user_directory)::int AS directory,
         (SELECT count(*) FROM stock_reservations)::int AS reservations`,
    );
    expect(catalog).toEqual({ products: 40, categories: 20, stock: 40, directory: 60, reservations: 300 });
  });

  it('spreads the users evenly over the shards that the map names', async () => {
    for (const name of ['shard_0', 'shard_1']) {
      const [row] = await query<{ users: number }>(
        kit.config.shards[name]?.primary ?? '',
        'SELECT count(*)::int AS users FROM users',
      );
      expect(Math.abs((row?.users ?? 0) - 30)).toBeLessThanOrEqual(3);
    }
  });

  it('holds every row on the shard that owns its logical shard', async () => {
    const tables = ['users', 'orders', 'reviews', 'notifications'];
    const strays = await sumOverShards(
      kit,
      `SELECT ${tables
        .map(
          (table) => `(SELECT count(*) FROM ${table} WHERE logical_shard_of(id) NOT IN
            (SELECT logical_shard FROM shard_ownership))::int AS ${table}`,
        )
        .join(', ')}`,
    );
    expect(strays).toEqual({ users: 0, orders: 0, reviews: 0, notifications: 0 });
  });

  it('adds up: totals of orders, ratings of products, reserved stock, the index of reviews', async () => {
    const wrong = await sumOverShards(
      kit,
      `SELECT count(*)::int AS orders FROM orders WHERE total_minor <>
         (SELECT sum(quantity * unit_price_minor) FROM order_items WHERE order_id = orders.id)`,
    );
    expect(wrong).toEqual({ orders: 0 });
    const [catalog] = await query(
      kit.config.catalog.primary,
      `SELECT
         (SELECT count(*) FROM product_ratings totals WHERE (totals.count, totals.sum) <> ALL
            (SELECT count(*)::int, coalesce(sum(entry.rating), 0)::int FROM review_index entry WHERE entry.product_id = totals.product_id))::int AS ratings,
         (SELECT count(*) FROM stock WHERE reserved <> (SELECT coalesce(sum(quantity), 0) FROM stock_reservation_lines
            JOIN stock_reservations USING (order_id) WHERE product_id = stock.product_id AND state = 'RESERVED'))::int AS stock,
         (SELECT count(*) FROM review_index)::int AS reviews`,
    );
    expect(catalog).toEqual({ ratings: 0, stock: 0, reviews: 90 });
  });

  it('has views of every product, and up to 50 products that a user looked at last', async () => {
    const [catalog] = await query(
      kit.config.catalog.primary,
      `SELECT (SELECT count(*) FROM products LEFT JOIN product_views ON product_id = id WHERE count IS NULL)::int AS unseen,
         (SELECT count(*) FROM product_views WHERE count < 0)::int AS wrong`,
    );
    expect(catalog).toEqual({ unseen: 0, wrong: 0 });
    const shards = await sumOverShards(
      kit,
      `SELECT (SELECT count(DISTINCT user_id) FROM recently_viewed)::int AS users,
         (SELECT count(*) FROM (SELECT FROM recently_viewed GROUP BY user_id HAVING count(*) > 50) AS more)::int AS "withMore",
         (SELECT count(*) FROM recently_viewed WHERE logical_shard_of(user_id) NOT IN
            (SELECT logical_shard FROM shard_ownership))::int AS strays`,
    );
    expect(shards).toEqual({ users: shards['users'], withMore: 0, strays: 0 });
    expect(shards['users']).toBeGreaterThan(50);
  });

  it('has demo accounts that a front end can work with', async () => {
    const rows = await query<{ email: string; role: string }>(
      kit.config.shards['shard_0']?.primary ?? '',
      `SELECT email, role FROM users WHERE email LIKE '%@tributary.example'`,
    );
    const others = await query<{ email: string; role: string }>(
      kit.config.shards['shard_1']?.primary ?? '',
      `SELECT email, role FROM users WHERE email LIKE '%@tributary.example'`,
    );
    expect(new Map([...rows, ...others].map(({ email, role }) => [email, role]))).toEqual(
      new Map([
        ['demo@tributary.example', 'CUSTOMER'],
        ['merchant@tributary.example', 'MERCHANT'],
        ['admin@tributary.example', 'ADMIN'],
      ]),
    );
    const counts = await sumOverShards(
      kit,
      `SELECT (SELECT count(*) FROM orders WHERE buyer_id = ${seeded.customerId})::int AS orders,
         (SELECT count(*) FROM notifications WHERE user_id = ${seeded.customerId})::int AS notifications,
         (SELECT count(*) FROM notifications WHERE user_id = ${seeded.merchantId} AND kind = 'REVIEW_RECEIVED')::int AS received`,
    );
    expect(counts['orders']).toBeGreaterThanOrEqual(120);
    expect(counts['notifications']).toBeGreaterThanOrEqual(120);
    expect(counts['received']).toBeGreaterThan(0);
    expect(seeded.password).toBe(DEMO_PASSWORD);
  });

  it('lets new ids begin after its own', async () => {
    const [row] = await query<{ isLater: boolean }>(
      kit.config.catalog.primary,
      'SELECT (SELECT id FROM next_ids(1023, 1) AS id) > (SELECT max(order_id) FROM stock_reservations) AS "isLater"',
    );
    expect(row).toEqual({ isLater: true });
  });

  it('is left alone by a second run, also one of another size', async () => {
    const again = await seedDatabases({ config: kit.config, size: { ...SIZE, users: 70 } });
    expect(again.outcome).toBe('already-seeded');
    expect(again.marketplace.size).toEqual(SIZE);
    expect(again.customerId).toBe(seeded.customerId);
    expect(await sumOverShards(kit, 'SELECT count(*)::int AS users FROM users')).toEqual({ users: 60 });
  });

  it('tells the same history again', () => {
    const [customer] = seeded.marketplace.users;
    if (customer === undefined) throw new Error('there is no first user');
    expect(tellHistory(seeded.marketplace, customer)).toEqual(tellHistory(seeded.marketplace, customer));
  });
});

describe('a seed that was interrupted', () => {
  let kit: TestDatabases;

  beforeAll(async () => {
    kit = await startTestDatabases({ name: 'seed-interrupted' });
    // The catalog is filled last; this row is in its way.
    await query(
      kit.config.catalog.primary,
      `INSERT INTO categories (id, slug, name, position) VALUES (1, 'cookware', 'In the way', 0)`,
    );
    await expect(seedDatabases({ config: kit.config, size: SIZE })).rejects.toThrow('categories_slug_key');
    await query(kit.config.catalog.primary, 'DELETE FROM categories');
  });

  afterAll(async () => {
    await kit.close();
  });

  it('leaves whole databases behind, and is refused with another size', async () => {
    const other = seedDatabases({ config: kit.config, size: { ...SIZE, users: 70 } });
    await expect(other).rejects.toThrow(SeedError);
    await expect(other).rejects.toThrow('from a run that was interrupted');
  });

  it('is completed by the next run', async () => {
    const seeded = await seedDatabases({ config: kit.config, size: SIZE });
    expect(seeded.outcome).toBe('seeded');
    expect(await sumOverShards(kit, 'SELECT count(*)::int AS orders FROM orders')).toEqual({ orders: 300 });
    const [catalog] = await query(kit.config.catalog.primary, 'SELECT count(*)::int AS products FROM products');
    expect(catalog).toEqual({ products: 40 });
  });
});

describe('a database in use', () => {
  it('is not seeded', async () => {
    const kit = await startTestDatabases({ name: 'seed-in-use' });
    try {
      await query(
        kit.config.shards['shard_0']?.primary ?? '',
        `INSERT INTO users (id, email, display_name, password_hash) SELECT id, 'a@b.example', 'A', '' FROM next_ids(3, 1) AS id`,
      );
      await expect(seedDatabases({ config: kit.config, size: SIZE })).rejects.toThrow('database shard_0 has users');
    } finally {
      await kit.close();
    }
  });
});
