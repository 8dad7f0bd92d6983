import type { Databases } from '@tributary/prisma/clients/databases';

/** What a product on sale costs now, in minor units of its currency. */
export interface Price {
  productId: bigint;
  priceMinor: bigint;
  currency: string;
}

/** Reads what the catalog charges. The one place where orders looks into another subgraph's table: a price has to be current. */
export class PriceListRepository {
  readonly #databases: Databases;

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  /** The prices of those of the products that are on sale, from the primary. */
  async findPrices(productIds: readonly bigint[]): Promise<Price[]> {
    const products = await this.#databases
      .catalog()
      .$primary()
      .product.findMany({
        where: { id: { in: [...productIds] }, status: 'ACTIVE' },
        select: { id: true, priceMinor: true, currency: true },
      });
    return products.map(({ id, priceMinor, currency }) => ({ productId: id, priceMinor, currency }));
  }
}
