import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { DevelopmentKeys } from '@tributary/local-stack/stack/development-keys';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { type Seeded, seedDatabases } from '@tributary/prisma/seed/seed-databases';
import type { DatabasesConfig } from '@tributary/prisma/topology/topology';
import { scopesByRole } from '@tributary/subgraph-accounts/role-scopes';
import { SignJWT } from 'jose';
import { Client } from 'pg';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '../kit/faults/faulty-services.ts';
import type { ShopperOptions, Ware } from './clients/shopper.ts';

const PRODUCTS = 20;
const SCARCE_PRODUCTS = 3;
/** Few enough to run out, many enough that some who want them get them. */
const SCARCE_UNITS = 4;
const PLENTY = 1_000_000;
/** Less than a gateway believes a token. */
const TOKEN_LIFETIME_MS = 10 * 60_000;

/** A marketplace of few products, some of them scarce, and a customer for each client. */
export class Shop {
  readonly #clients: number;
  #seeded: Seeded | undefined;

  constructor(clients: number) {
    this.#clients = clients;
  }

  /** Fills databases that are migrated and empty. */
  async fill(config: DatabasesConfig): Promise<void> {
    const size = { users: this.#clients + 10, merchants: 2, products: PRODUCTS, orders: 120, reviews: 100 };
    this.#seeded = await seedDatabases({ config, size });
    const catalog = new Client({ connectionString: config.catalog.primary });
    await catalog.connect();
    try {
      const scarce = this.#products.slice(0, SCARCE_PRODUCTS).map(({ id }) => String(id));
      await catalog.query(
        'UPDATE stock SET available = CASE WHEN product_id = ANY($1::bigint[]) THEN $2::integer ELSE $3::integer END',
        [scarce, SCARCE_UNITS, PLENTY],
      );
    } finally {
      await catalog.end();
    }
  }

  /** What clients choose from. */
  get assortment(): Pick<ShopperOptions, 'wares' | 'currency'> {
    const wares = this.#products.map(
      ({ id, priceMinor }, index): Ware => ({
        productId: encodeId('product', id),
        unitPriceMinor: Number(priceMinor),
        isScarce: index < SCARCE_PRODUCTS,
      }),
    );
    return { wares, currency: 'EUR' };
  }

  /** Who a client is. Its tokens are made here, so that thousands of log-ins need not be waited for. */
  customer(client: number, keys: DevelopmentKeys): Pick<ShopperOptions, 'userId' | 'token'> {
    const customers = this.#marketplace.users.filter(({ role }) => role === 'CUSTOMER');
    const customer = customers[client];
    if (customer === undefined) throw new Error(`there is no customer for client ${client}`);
    const userId = encodeId('user', customer.id);
    const privateKey = createPrivateKey(readFileSync(keys.tokenPrivateKeyFile));
    let last: { text: string; madeAtMs: number } | undefined;
    const token = async (): Promise<string> => {
      if (last === undefined || Date.now() - last.madeAtMs > TOKEN_LIFETIME_MS) {
        last = { text: await signToken(privateKey, userId), madeAtMs: Date.now() };
      }
      return last.text;
    };
    return { userId, token };
  }

  get #marketplace(): Seeded['marketplace'] {
    if (this.#seeded === undefined) throw new Error('the shop is not filled');
    return this.#seeded.marketplace;
  }

  get #products() {
    return this.#marketplace.products;
  }
}

function signToken(privateKey: KeyObject, userId: string): Promise<string> {
  return new SignJWT({ role: 'CUSTOMER', scope: scopesByRole.CUSTOMER.join(' '), sid: encodeId('session', 1n) })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setSubject(userId)
    .setIssuer(TOKEN_ISSUER)
    .setAudience(TOKEN_AUDIENCE)
    .setIssuedAt()
    .setExpirationTime('15m')
    .sign(privateKey);
}
