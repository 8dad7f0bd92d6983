import type { DatabasesConfig } from '@tributary/prisma/topology/topology';
import { Client } from 'pg';
import { readTable } from '../kit/read-table.ts';

/** What the databases say of orders and stock when nothing is under way. */
export interface SagaLedger {
  /** How many orders there are of each status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly orderIds: readonly bigint[];
  /** Whatever cannot be, in words; empty when all adds up. */
  readonly contradictions: readonly string[];
  /** Found by the servers since their statistics began. */
  readonly deadlocks: number;
}

/** What inventory has to say of an order that is settled so. */
const RESERVATION_OF: Readonly<Record<string, readonly (string | undefined)[]>> = {
  CONFIRMED: ['RESERVED'],
  CANCELLED: ['RELEASED', 'REJECTED'],
  REJECTED: ['RELEASED', 'REJECTED'],
};

/**
 * Adds up, from the tables alone, what every unit was sold for.
 * @param units how many of each product there are in all, by its id
 */
export async function readSagaLedger(config: DatabasesConfig, units: ReadonlyMap<bigint, number>): Promise<SagaLedger> {
  const shards = Object.values(config.shards).map(({ primary }) => primary);
  const read = async (table: string) => (await Promise.all(shards.map((url) => readTable(url, table)))).flat();
  const [orders, items] = [await read('orders'), await read('order_items')];
  const stocks = await readTable(config.catalog.primary, 'stock');
  const reservations = await readTable(config.catalog.primary, 'stock_reservations');

  const stateOf = new Map<bigint, string>(reservations.map(({ order_id, state }) => [order_id, state]));
  const statusOf = new Map<bigint, string>(orders.map(({ id, status }) => [id, status]));
  const contradictions: string[] = [];
  for (const [id, status] of statusOf) {
    const state = stateOf.get(id);
    if (!RESERVATION_OF[status]?.includes(state))
      contradictions.push(`order ${id} is ${status} and its stock ${state}`);
  }
  for (const { product_id: id, available, reserved } of stocks) {
    const held = items
      .filter(({ order_id, product_id }) => product_id === id && statusOf.get(order_id) === 'CONFIRMED')
      .reduce((sum, { quantity }) => sum + quantity, 0);
    if (available < 0) contradictions.push(`product ${id} has ${available} units available`);
    if (reserved !== held) contradictions.push(`product ${id} has ${reserved} units reserved, and orders hold ${held}`);
    const all = units.get(id);
    if (all !== undefined && available + reserved !== all) {
      contradictions.push(`product ${id} has ${available} + ${reserved} of ${all} units`);
    }
  }
  const statuses: Record<string, number> = {};
  for (const status of statusOf.values()) statuses[status] = (statuses[status] ?? 0) + 1;
  const deadlocks = await Promise.all([config.catalog.primary, ...shards].map(countDeadlocks));
  return {
    statuses,
    orderIds: [...statusOf.keys()],
    contradictions,
    deadlocks: deadlocks.reduce((sum, count) => sum + count, 0),
  };
}

async function countDeadlocks(connectionString: string): Promise<number> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query(
      'SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database()',
    );
    return rows[0].deadlocks;
  } finally {
    await client.end();
  }
}
