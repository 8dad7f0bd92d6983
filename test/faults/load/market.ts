import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { DevelopmentKeys } from '@tributary/local-stack/stack/development-keys';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { Marketplace } from '@tributary/prisma/seed/marketplace';
import { seedDatabases } from '@tributary/prisma/seed/seed-databases';
import { ShardMap } from '@tributary/prisma/shard-map/shard-map';
import type { DatabasesConfig } from '@tributary/prisma/topology/topology';
import { scopesByRole } from '@tributary/subgraph-accounts/role-scopes';
import { SignJWT } from 'jose';
import { Client } from 'pg';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '../../kit/faults/faulty-services.ts';

const SIZE = { users: 80, merchants: 4, products: 120, orders: 600, reviews: 500 };
const PLENTY = 1_000_000;
/** Longer than any run, and than gateways believe a token is good for. */
const TOKEN_LIFETIME = '2h';

/** Somebody who is logged in. */
export interface Viewer {
  readonly token: string;
}

/** A product on sale. */
export interface Ware {
  /** `prd_…` */
  readonly id: string;
  readonly priceMinor: number;
}

/** Who asks for what, in a marketplace of a small size. */
export interface Market {
  readonly onShard0: Viewer;
  readonly onShard1: Viewer;
  /** The merchant of `ownWare`. */
  readonly merchant: Viewer;
  readonly ownWare: Ware;
  /** Is looked at only, so what is kept of it stays true. */
  readonly hotWare: Ware;
  /** All others; each has reviews and a merchant. */
  readonly wares: readonly Ware[];
}

/** Fills databases that are migrated and empty. There is enough of every product for any number of orders. */
export async function fillMarket(config: DatabasesConfig): Promise<Marketplace> {
  const { marketplace } = await seedDatabases({ config, size: SIZE });
  const catalog = new Client({ connectionString: config.catalog.primary });
  await catalog.connect();
  try {
    await catalog.query('UPDATE stock SET available = $1', [PLENTY]);
  } finally {
    await catalog.end();
  }
  return marketplace;
}

/** Casts the parts. Tokens are made here, so that nobody need log in. */
export async function castMarket(
  marketplace: Marketplace,
  keys: DevelopmentKeys,
  reviewedProducts: ReadonlySet<bigint>,
): Promise<Market> {
  const key = createPrivateKey(await readFile(keys.tokenPrivateKeyFile));
  const shoppers = marketplace.users.filter(({ role, index }) => role === 'CUSTOMER' && hasHistory(marketplace, index));
  // As migrating has spread them.
  const shardMap = ShardMap.spreadEvenly(['shard_0', 'shard_1']);
  const shopperOn = (shard: string) => shoppers.find(({ logicalShard }) => shardMap.databaseOf(logicalShard) === shard);
  const reviewed = marketplace.products.filter(({ id }) => reviewedProducts.has(id));
  const [own, hot, ...others] = reviewed;
  const [onShard0, onShard1] = [shopperOn('shard_0'), shopperOn('shard_1')];
  if (!own || !hot || !onShard0 || !onShard1) throw new Error('the seed data has nobody for one of the parts');
  return {
    onShard0: { token: await signToken(key, onShard0.id, 'CUSTOMER') },
    onShard1: { token: await signToken(key, onShard1.id, 'CUSTOMER') },
    merchant: { token: await signToken(key, own.merchant.id, 'MERCHANT') },
    ownWare: wareOf(own),
    hotWare: wareOf(hot),
    wares: others.map(wareOf),
  };
}

/** The products that have a review. */
export async function readReviewedProducts(config: DatabasesConfig): Promise<Set<bigint>> {
  const catalog = new Client({ connectionString: config.catalog.primary });
  await catalog.connect();
  try {
    const { rows } = await catalog.query<{ id: string }>('SELECT DISTINCT product_id AS id FROM review_index');
    return new Set(rows.map(({ id }) => BigInt(id)));
  } finally {
    await catalog.end();
  }
}

function hasHistory({ firstOrder, firstReview }: Marketplace, index: number): boolean {
  const isSome = (firsts: Uint32Array) => (firsts[index + 1] ?? 0) - (firsts[index] ?? 0) > 0;
  return isSome(firstOrder) && isSome(firstReview);
}

function wareOf({ id, priceMinor }: Marketplace['products'][number]): Ware {
  return { id: encodeId('product', id), priceMinor: Number(priceMinor) };
}

function signToken(key: KeyObject, userId: bigint, role: 'CUSTOMER' | 'MERCHANT'): Promise<string> {
  return new SignJWT({ role, scope: scopesByRole[role].join(' '), sid: encodeId('session', 1n) })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setSubject(encodeId('user', userId))
    .setIssuer(TOKEN_ISSUER)
    .setAudience(TOKEN_AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(TOKEN_LIFETIME)
    .sign(key);
}
