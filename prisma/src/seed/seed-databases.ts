import { Client, type ClientBase } from 'pg';
import { ID_EPOCH_MS } from '../ids/id.ts';
import { readShardMap } from '../shard-map/read-shard-map.ts';
import type { DatabasesConfig } from '../topology/topology.ts';
import { DEMO_PASSWORD, hashDemoPassword } from './demo-password.ts';
import {
  DEMO_ADMIN,
  DEMO_CUSTOMER,
  DEMO_MERCHANT,
  type Marketplace,
  makeMarketplace,
  SEED_END_MS,
} from './marketplace.ts';
import { collectReceivedReviews } from './notifications.ts';
import { seedCatalog } from './seed-catalog.ts';
import { readSeedMarker, SeedError, writeSeedMarker } from './seed-marker.ts';
import { seedShard } from './seed-shard.ts';
import { checkSize, type SeedSize } from './seed-size.ts';

export interface SeedOptions {
  config: DatabasesConfig;
  size: SeedSize;
  /** Told how many rows are written, now and then. */
  onProgress?: (rows: number) => void;
}

export interface Seeded {
  /** `already-seeded`: nothing was written; `marketplace` is what was found. */
  outcome: 'seeded' | 'already-seeded';
  marketplace: Marketplace;
  customerId: bigint;
  merchantId: bigint;
  adminId: bigint;
  /** Of everybody. */
  password: string;
}

/** Advisory lock in the catalog: one seed at a time. */
const SEED_LOCK = 7703;

/**
 * Fills empty, migrated databases with seed data. Each database is filled in one transaction and the catalog last, so a run
 * that was interrupted is completed by the next one, and a catalog with seed data says that all is there.
 * @throws RangeError for a size that is too small.
 * @throws SeedError when a database holds other data, or seed data of another size.
 */
export async function seedDatabases({ config, size, onProgress = () => {} }: SeedOptions): Promise<Seeded> {
  checkSize(size);
  return withClient(config.catalog.primary, async (catalog) => {
    await catalog.query('SELECT pg_advisory_lock($1)', [SEED_LOCK]);
    const found = await readSeedMarker(catalog, 'catalog', 'products');
    const marketplace = makeMarketplace(found ?? size);
    if (found === null) await fill({ config, catalog, marketplace, onProgress });
    return {
      outcome: found === null ? 'seeded' : 'already-seeded',
      marketplace,
      customerId: idOf(marketplace, DEMO_CUSTOMER),
      merchantId: idOf(marketplace, DEMO_MERCHANT),
      adminId: idOf(marketplace, DEMO_ADMIN),
      password: DEMO_PASSWORD,
    };
  });
}

interface Fill {
  config: DatabasesConfig;
  catalog: ClientBase;
  marketplace: Marketplace;
  onProgress: (rows: number) => void;
}

async function fill({ config, catalog, marketplace, onProgress }: Fill): Promise<void> {
  let rowCount = 0;
  const onRows = (count: number) => {
    rowCount += count;
    onProgress(rowCount);
  };
  const shardMap = await readShardMap(catalog);
  if (shardMap === undefined) throw new SeedError('the catalog has no shard map: migrate the databases first');
  const received = collectReceivedReviews(marketplace);
  const passwordHash = hashDemoPassword();
  const usersOf = Map.groupBy(marketplace.users, (user) => shardMap.databaseOf(user.logicalShard));
  // A database that refuses ends the seeding, but no other one is left in the middle of its transaction.
  const shards = await Promise.allSettled(
    [...usersOf].map(async ([name, users]) => {
      const shard = config.shards[name];
      if (shard === undefined) throw new SeedError(`the shard map names database ${name}, which is not configured`);
      await withClient(shard.primary, (client) =>
        fillOnce({ client, name, table: 'users', size: marketplace.size }, () =>
          seedShard({ client, marketplace, users, received, passwordHash, onRows }),
        ),
      );
    }),
  );
  for (const shard of shards) if (shard.status === 'rejected') throw shard.reason;
  await fillOnce({ client: catalog, name: 'catalog', table: 'products', size: marketplace.size }, () =>
    seedCatalog({ client: catalog, marketplace, onRows }),
  );
}

interface Target {
  client: ClientBase;
  name: string;
  table: 'products' | 'users';
  size: SeedSize;
}

/** Writes a database's rows and its mark together, unless it is marked already. */
async function fillOnce({ client, name, table, size }: Target, write: () => Promise<void>): Promise<void> {
  const found = await readSeedMarker(client, name, table);
  if (found !== null) {
    if (JSON.stringify(found) === JSON.stringify(size)) return;
    throw new SeedError(
      `database ${name} has seed data for ${found.users} users from a run that was interrupted: seed the same size again, or reset`,
    );
  }
  await client.query('BEGIN');
  // New ids must be above those of the seed data also where the clock is behind it.
  await client.query('SELECT advance_id_clock($1)', [(BigInt(SEED_END_MS - ID_EPOCH_MS) << 12n).toString()]);
  await write();
  await writeSeedMarker(client, table, size);
  await client.query('COMMIT');
  await client.query('ANALYZE');
}

/** Closing the connection rolls back what is not committed, and lets go of the lock. */
async function withClient<Result>(url: string, use: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: 'seed' });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function idOf({ users }: Marketplace, index: number): bigint {
  const user = users[index];
  if (user === undefined) throw new RangeError(`there is no user ${index} in the seed data`);
  return user.id;
}
