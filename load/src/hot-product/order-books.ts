import { readFile } from 'node:fs/promises';
import { Client } from 'pg';

interface Database {
  readonly primary: string;
}

/** What the databases say of the sale. */
export interface OrderBooks {
  readonly pending: number;
  readonly confirmed: number;
  readonly rejected: number;
  readonly available: number;
  readonly reserved: number;
  /** That the servers found since they were started. */
  readonly deadlocks: number;
  /** How many orders are on each shard that has some. */
  readonly ordersOfShards: readonly number[];
}

const deadlocksOfThisDatabase = `(SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database()) AS deadlocks`;

const ordersOfProduct = `
  SELECT count(*) FILTER (WHERE status = 'PENDING')::integer AS pending,
         count(*) FILTER (WHERE status = 'CONFIRMED')::integer AS confirmed,
         count(*) FILTER (WHERE status = 'REJECTED')::integer AS rejected, ${deadlocksOfThisDatabase}
  FROM orders JOIN order_items ON order_id = id WHERE product_id = $1`;

const stockOfProduct = `SELECT available, reserved, ${deadlocksOfThisDatabase} FROM stock WHERE product_id = $1`;

/** Reads the databases of a stack, over connections that stay open. */
export class OrderBookReader implements AsyncDisposable {
  readonly #catalog: Client;
  readonly #shards: readonly Client[];
  readonly #productId: string;

  private constructor(catalog: Client, shards: readonly Client[], productId: string) {
    this.#catalog = catalog;
    this.#shards = shards;
    this.#productId = productId;
  }

  /** @param databasesFile the stack's, which names every database */
  static async open(databasesFile: string, productId: bigint): Promise<OrderBookReader> {
    const { catalog, shards } = JSON.parse(await readFile(databasesFile, 'utf8'));
    const urls = Object.values<Database>(shards).map(({ primary }) => primary);
    return new OrderBookReader(
      await connect(catalog.primary),
      await Promise.all(urls.map(connect)),
      productId.toString(),
    );
  }

  async read(): Promise<OrderBooks> {
    const parameters = [this.#productId];
    const stock = (await this.#catalog.query(stockOfProduct, parameters)).rows[0];
    const shards = await Promise.all(
      this.#shards.map(async (shard) => (await shard.query(ordersOfProduct, parameters)).rows[0]),
    );
    const sumOf = (column: string) => shards.reduce((sum, row) => sum + Number(row[column]), 0);
    return {
      pending: sumOf('pending'),
      confirmed: sumOf('confirmed'),
      rejected: sumOf('rejected'),
      available: stock.available,
      reserved: stock.reserved,
      deadlocks: stock.deadlocks + sumOf('deadlocks'),
      ordersOfShards: shards
        .map(({ pending, confirmed, rejected }) => pending + confirmed + rejected)
        .filter((orders) => orders > 0),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#catalog, ...this.#shards].map((client) => client.end()));
  }
}

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  await client.connect();
  return client;
}
