import { Client } from 'pg';
import { readClientLog } from '../clients/client-log.ts';
import type {
  Backlog,
  Evidence,
  IdempotencyKeyRow,
  NotificationRow,
  OrderItemRow,
  OrderRow,
  ReservationLineRow,
  ReservationRow,
  StockRow,
} from './evidence.ts';
import { firstIdAt } from './typed-id.ts';

/** Where to look: URLs of primaries. */
export interface EvidenceDatabases {
  readonly catalog: string;
  /** By name. */
  readonly shards: Readonly<Record<string, string>>;
}

export interface EvidenceSources {
  readonly databases: EvidenceDatabases;
  readonly logFile: string;
  readonly startedAtMs: number;
  readonly stockBefore: readonly StockRow[];
  /** Of a broker, what its own tools count; none with the embedded queue. */
  readonly brokerQueues: readonly Backlog[];
}

/** Reads all that a verdict needs, with plain SQL. Nothing may be going on any more. */
export async function readEvidence(sources: EvidenceSources): Promise<Evidence> {
  const { databases, logFile, startedAtMs, stockBefore, brokerQueues } = sources;
  const firstId = [firstIdAt(startedAtMs)];
  const perShard = await Promise.all(
    Object.entries(databases.shards).map(([name, url]) =>
      withClient(url, async (client) => ({
        orders: (await client.query<Omit<OrderRow, 'database'>>(ORDERS, firstId)).rows.map((row) => ({
          ...row,
          database: name,
        })),
        items: (await client.query<OrderItemRow>(ITEMS, firstId)).rows,
        keys: (await client.query<IdempotencyKeyRow>(KEYS, [new Date(startedAtMs)])).rows,
        notifications: (await client.query<NotificationRow>(NOTIFICATIONS, firstId)).rows,
      })),
    ),
  );
  const catalog = await withClient(databases.catalog, async (client) => ({
    stock: (await client.query<StockRow>(STOCK)).rows,
    reservations: (await client.query<ReservationRow>(RESERVATIONS, firstId)).rows,
    reservationLines: (await client.query<ReservationLineRow>(RESERVATION_LINES, firstId)).rows,
  }));
  return {
    log: await readClientLog(logFile),
    stockBefore,
    ...catalog,
    orders: perShard.flatMap(({ orders }) => orders),
    items: perShard.flatMap(({ items }) => items),
    keys: perShard.flatMap(({ keys }) => keys),
    notifications: perShard.flatMap(({ notifications }) => notifications),
    backlogs: [...(await readBacklogs(databases)), ...brokerQueues].filter(({ events }) => events > 0),
  };
}

/** The stock of every product. */
export function readStock({ catalog }: EvidenceDatabases): Promise<StockRow[]> {
  return withClient(catalog, async (client) => (await client.query<StockRow>(STOCK)).rows);
}

/** What waits in the outboxes and in the embedded queue, or was given up there; also what is empty. */
export async function readBacklogs({ catalog, shards }: EvidenceDatabases): Promise<Backlog[]> {
  const outboxes = await Promise.all(
    Object.entries({ catalog, ...shards }).map(([name, url]) =>
      withClient(url, async (client) => (await client.query<Backlog>(OUTBOX, [`outbox of ${name}`])).rows),
    ),
  );
  return [
    ...outboxes.flat(),
    ...(await withClient(catalog, async (client) => (await client.query<Backlog>(QUEUES)).rows)),
  ];
}

/** How many orders are PENDING. */
export async function countPending({ shards }: EvidenceDatabases): Promise<number> {
  const counts = await Promise.all(
    Object.values(shards).map((url) =>
      withClient(url, async (client) => (await client.query<{ pending: number }>(PENDING)).rows[0]?.pending ?? 0),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function withClient<Result>(url: string, use: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: 'checker' });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

const ORDERS = `
  SELECT id, buyer_id AS "buyerId", status::text, currency, total_minor::integer AS "totalMinor", shipping_country AS "shippingCountry"
  FROM orders WHERE id >= $1`;
const ITEMS = `
  SELECT order_id AS "orderId", position, product_id AS "productId", quantity, unit_price_minor::integer AS "unitPriceMinor"
  FROM order_items WHERE order_id >= $1`;
const KEYS = `
  SELECT owner_id AS "ownerId", key, response->>'orderId' AS "orderId"
  FROM idempotency_keys WHERE operation = 'placeOrder' AND created_at >= $1`;
const NOTIFICATIONS = `
  SELECT user_id AS "userId", kind::text, subject_id AS "orderId"
  FROM notifications WHERE subject_id >= $1 AND kind::text LIKE 'ORDER\\_%'`;
const RESERVATIONS = `SELECT order_id AS "orderId", state::text FROM stock_reservations WHERE order_id >= $1`;
const RESERVATION_LINES = `
  SELECT order_id AS "orderId", product_id AS "productId", quantity FROM stock_reservation_lines WHERE order_id >= $1`;
const STOCK = `SELECT product_id AS "productId", available, reserved FROM stock`;
const OUTBOX = `SELECT $1::text AS "where", count(*)::integer AS events FROM outbox`;
const QUEUES = `
  SELECT CASE WHEN dead_at IS NULL THEN 'queue ' ELSE 'dead letters of ' END || queue AS "where", count(*)::integer AS events
  FROM queue_messages GROUP BY 1`;
const PENDING = `SELECT count(*)::integer AS pending FROM orders WHERE status = 'PENDING'`;
