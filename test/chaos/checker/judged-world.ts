import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeId } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { Client } from 'pg';
import type { TestDatabases } from '../../kit/test-databases.ts';
import type { LogEntry, Outcome, ShownOrder } from '../clients/client-log.ts';
import type { Backlog, Violation } from './evidence.ts';
import { findViolations } from './find-violations.ts';
import { readEvidence } from './read-evidence.ts';

const STARTED_AT_MS = Date.UTC(2026, 10, 2);

const idOf = (logicalShard: number, sequence: number) =>
  composeId({ timeMs: STARTED_AT_MS + 1_000, logicalShard, sequence });

/** Two buyers on two databases, and two products of which there were ten units each. */
export const ANNA = idOf(1, 1);
/** On the same logical shard as Anna. */
export const ARNE = idOf(1, 2);
export const BERT = idOf(900, 1);
export const CUP = idOf(1_023, 1);
export const JUG = idOf(1_023, 2);

interface WorldOrder {
  readonly id: bigint;
  readonly buyer: bigint;
  readonly key: string;
  readonly status: 'CONFIRMED' | 'REJECTED' | 'CANCELLED';
  readonly lines: readonly { product: bigint; quantity: number }[];
}

/** By what became of them. */
export const ORDERS = {
  kept: order(ANNA, 11, 'CONFIRMED', [
    { product: JUG, quantity: 2 },
    { product: CUP, quantity: 1 },
  ]),
  cancelled: order(ANNA, 12, 'CANCELLED', [{ product: CUP, quantity: 3 }]),
  rejected: order(BERT, 13, 'REJECTED', [{ product: JUG, quantity: 20 }]),
  theirs: order(BERT, 14, 'CONFIRMED', [{ product: JUG, quantity: 1 }]),
};

const UNIT_PRICE_MINOR = 250;
const CLIENTS = [ANNA, BERT];

function order(buyer: bigint, sequence: number, status: WorldOrder['status'], lines: WorldOrder['lines']): WorldOrder {
  return { id: idOf(buyer === ANNA ? 1 : 900, sequence), buyer, key: `key-${sequence}`, status, lines };
}

/** An order as clients see it. */
export function shown({ id, status, lines }: WorldOrder): ShownOrder {
  return {
    id: encodeId('order', id),
    status,
    ...inputOf(lines),
    totalMinor: lines.reduce((sum, { quantity }) => sum + quantity * UNIT_PRICE_MINOR, 0),
  };
}

/** What a client asks for who places an order of these lines. */
export function inputOf(lines: WorldOrder['lines']) {
  return {
    currency: 'EUR',
    shippingCountry: 'DE',
    lines: lines.map(({ product, quantity }) => ({
      productId: encodeId('product', product),
      quantity,
      unitPriceMinor: UNIT_PRICE_MINOR,
    })),
  };
}

/** Entries of a request that was answered. */
export function placing(request: number, { buyer, key, lines }: WorldOrder, outcome: Outcome): LogEntry[] {
  const who = { atMs: STARTED_AT_MS, client: CLIENTS.indexOf(buyer), request };
  return [
    { ...who, kind: 'place', key, input: inputOf(lines) },
    { ...who, kind: 'told', tookMs: 1, outcome },
  ];
}

/** Entries of a request that placed an order. @param status as it was shown to the client */
export function placed(request: number, made: WorldOrder, status: string = made.status): LogEntry[] {
  return placing(request, made, { kind: 'placed', order: { ...shown(made), status } });
}

/** Entries of a request to cancel an order, which was answered. */
export function cancelling(request: number, { buyer, id }: WorldOrder, outcome: Outcome): LogEntry[] {
  const who = { atMs: STARTED_AT_MS, client: CLIENTS.indexOf(buyer), request };
  return [
    { ...who, kind: 'cancel', orderId: encodeId('order', id) },
    { ...who, kind: 'told', tookMs: 1, outcome },
  ];
}

/** What clients wrote down of a run in which nothing went wrong. */
export function goodLog(): LogEntry[] {
  const { kept, cancelled, rejected, theirs } = ORDERS;
  return [
    ...CLIENTS.map(
      (user, client): LogEntry => ({ atMs: STARTED_AT_MS, client, kind: 'joined', userId: encodeId('user', user) }),
    ),
    ...placing(1, kept, { kind: 'failed', reason: 'TimeoutError' }),
    ...placed(2, kept, 'PENDING'),
    ...placed(3, kept),
    ...placing(4, { ...kept, lines: cancelled.lines }, { kind: 'key-reused' }),
    ...placed(5, cancelled, 'CONFIRMED'),
    ...cancelling(6, cancelled, { kind: 'cancelled', order: shown(cancelled) }),
    ...cancelling(7, rejected, { kind: 'not-cancellable', order: shown(rejected) }),
    ...placed(8, rejected, 'PENDING'),
    ...placing(9, theirs, { kind: 'failed', reason: 'ECONNRESET' }),
    ...placed(10, theirs, 'PENDING'),
  ];
}

/** What is changed before the verdict. */
export interface Tampering {
  /** SQL by the name of the database. */
  readonly sql?: Readonly<Record<string, string>>;
  readonly log?: (log: LogEntry[]) => LogEntry[];
  readonly brokerQueues?: readonly Backlog[];
}

/** Fills the databases with a good run, changes something, and gives the verdict. */
export async function judge(
  test: TestDatabases,
  { sql = {}, log = (same) => same, brokerQueues = [] }: Tampering,
): Promise<Violation[]> {
  await fill(test);
  for (const [name, text] of Object.entries(sql)) await runSql(test, name, text);
  const logFile = join(test.configFile, '..', 'clients.jsonl');
  await writeFile(
    logFile,
    log(goodLog())
      .map((entry) => `${JSON.stringify(entry)}\n`)
      .join(''),
  );
  const shards = Object.entries(test.config.shards).map(([name, { primary }]) => [name, primary]);
  const stockBefore = [CUP, JUG].map((id) => ({ productId: String(id), available: 10, reserved: 0 }));
  try {
    const databases = { catalog: test.config.catalog.primary, shards: Object.fromEntries(shards) };
    return findViolations(
      await readEvidence({ databases, logFile, startedAtMs: STARTED_AT_MS, stockBefore, brokerQueues }),
    );
  } finally {
    await rm(logFile);
  }
}

async function fill(test: TestDatabases): Promise<void> {
  const all = Object.values(ORDERS);
  await runSql(
    test,
    'catalog',
    `
    ${emptied('stock', 'stock_reservation_lines', 'stock_reservations', 'queue_messages', 'outbox')}
    INSERT INTO stock (product_id, merchant_id, available, reserved) VALUES (${CUP}, 1, 9, 1), (${JUG}, 1, 7, 3);
    ${all.map(reservationSql).join('')}`,
  );
  for (const [name, buyer] of [
    ['shard_0', ANNA],
    ['shard_1', BERT],
  ] as const) {
    const own = all.filter((each) => each.buyer === buyer);
    await runSql(
      test,
      name,
      `-- Some of it is of shards that this database does not own.
      SET tributary.moving_shards = 'on';
      ${emptied('order_items', 'orders', 'idempotency_keys', 'notifications', 'outbox')}
      RESET tributary.moving_shards;
      ${own.map(orderSql).join('')}`,
    );
  }
}

/** Not by TRUNCATE, which takes each partition of a table, however few rows there are, as long as a file takes to be made. */
function emptied(...tables: string[]): string {
  return tables.map((table) => `DELETE FROM ${table};`).join(' ');
}

function reservationSql({ id, status, lines }: WorldOrder): string {
  const state = { CONFIRMED: 'RESERVED', REJECTED: 'REJECTED', CANCELLED: 'RELEASED' }[status];
  const held = state === 'REJECTED' ? [] : lines;
  return `
    INSERT INTO stock_reservations (order_id, state) VALUES (${id}, '${state}');
    ${held.map(({ product, quantity }) => `INSERT INTO stock_reservation_lines VALUES (${id}, ${product}, ${quantity});`).join('')}`;
}

function orderSql(made: WorldOrder): string {
  const { id, buyer, key, status, lines } = made;
  const { totalMinor } = shown(made);
  const heard = status === 'CANCELLED' ? ['CONFIRMED', 'CANCELLED'] : [status];
  return `
    INSERT INTO orders (id, buyer_id, status, currency, total_minor, shipping_country, rejection)
      VALUES (${id}, ${buyer}, '${status}', 'EUR', ${totalMinor}, 'DE', ${status === 'REJECTED' ? "'{}'" : 'NULL'});
    ${lines
      .map(
        ({ product, quantity }, position) =>
          `INSERT INTO order_items VALUES (${id}, ${position}, ${product}, ${quantity}, ${UNIT_PRICE_MINOR});`,
      )
      .join('')}
    INSERT INTO idempotency_keys (owner_id, operation, key, request_hash, response)
      VALUES (${buyer}, 'placeOrder', '${key}', '', '{"orderId": "${encodeId('order', id)}"}');
    ${heard.map((kind) => noticeSql(made, kind)).join('')}`;
}

let notices = 0;

/** Tells a buyer once more of an order. */
export function noticeSql({ id, buyer }: Pick<WorldOrder, 'id' | 'buyer'>, kind: string): string {
  notices = (notices + 1) % 1_000;
  const noticeId = idOf(buyer === BERT ? 900 : 1, 1_000 + notices);
  return `INSERT INTO notifications (id, user_id, kind, subject_id) VALUES (${noticeId}, ${buyer}, 'ORDER_${kind}', ${id});`;
}

async function runSql({ config }: TestDatabases, name: string, text: string): Promise<void> {
  const client = new Client({ connectionString: (config.shards[name] ?? config.catalog).primary });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
