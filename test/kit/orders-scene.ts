import { randomUUID } from 'node:crypto';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { JsonObject } from '@tributary/runtime/events/json-value';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { startOrdersSubgraph } from '@tributary/subgraph-orders/subgraph';
import { type LoneSubgraph, startLoneSubgraph } from './lone-subgraph.ts';
import { callSubgraph, type SubgraphAnswer } from './subgraph-client.ts';
import type { TestBed } from './test-bed.ts';

const orderFields = `
  id status placedAt updatedAt shippingCountry
  total { minorUnits currency }
  items { quantity product { id } unitPrice { minorUnits currency } lineTotal { minorUnits currency } }
  buyer { id }
  rejection { code message products { id } }`;

export const placeOrder = `mutation Place($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    __typename
    ... on PlaceOrderSuccess { order { ${orderFields} } }
    ... on Refusal { code message }
    ... on PriceChanged { changes { product { id } expected { minorUnits currency } actual { minorUnits currency } } }
    ... on ProductsUnavailable { productIds }
  }
}`;
export const cancelOrder = `mutation Cancel($id: ID!) {
  cancelOrder(id: $id) {
    __typename
    ... on CancelOrderSuccess { order { id status } }
    ... on OrderNotCancellable { code message order { id status } }
  }
}`;
export const readOrder = `query Read($id: ID!) { order(id: $id) { ${orderFields} } }`;

/** A product as a buyer saw it. */
export interface OrderedProduct {
  id: bigint;
  /** In euro cents. */
  priceMinor: number;
}

export type Line = ReturnType<typeof lineOf>;

/** A line of an order at the price that the buyer saw. */
export function lineOf({ id, priceMinor }: OrderedProduct, quantity = 1) {
  return {
    productId: encodeId('product', id),
    quantity,
    expectedUnitPrice: { minorUnits: priceMinor, currency: 'EUR' },
  };
}

/** The input of `placeOrder`, with a new key unless told. */
export function inputOf(lines: readonly Line[], idempotencyKey: string = randomUUID()) {
  return { idempotencyKey, lines, shippingCountry: 'DE' };
}

/** The subgraph orders alone, with people, products and events for it as a test needs them. */
export class OrdersScene {
  readonly bed: TestBed;
  readonly #subgraph: LoneSubgraph;

  private constructor(subgraph: LoneSubgraph) {
    this.bed = subgraph.bed;
    this.#subgraph = subgraph;
  }

  /** @param name names the databases, so that no two test files share any */
  static async start(name: string): Promise<OrdersScene> {
    return new OrdersScene(await startLoneSubgraph(name, startOrdersSubgraph));
  }

  stop(): Promise<void> {
    return this.#subgraph.stop();
  }

  ask(query: string, variables: Record<string, unknown>, viewer: Viewer | null = null): Promise<SubgraphAnswer> {
    return callSubgraph(this.#subgraph.url, { subgraph: 'orders', query, variables, viewer });
  }

  /** A new id on a logical shard: those of users, 0 is in the first database and 1022 in the last, or the catalog's. */
  newId(logicalShard: number): Promise<bigint> {
    return this.bed.databases.newId(logicalShard);
  }

  /** A product on sale. */
  async newProduct(priceMinor: number): Promise<OrderedProduct> {
    const id = await this.newId(CATALOG_LOGICAL_SHARD);
    const texts = { title: 'Lamp', description: 'Gives light.', currency: 'EUR' };
    const product = { id, merchantId: 1n, categoryId: 1n, priceMinor: BigInt(priceMinor), weightGrams: 500, ...texts };
    await this.bed.databases.catalog().product.create({ data: product });
    return { id, priceMinor };
  }

  async setPrice({ id }: OrderedProduct, priceMinor: number): Promise<void> {
    await this.bed.databases.catalog().product.update({ where: { id }, data: { priceMinor } });
  }

  /** Places an order for one unit and returns it. */
  async place(buyer: Viewer, product: OrderedProduct) {
    const { data, errors } = await this.ask(placeOrder, { input: inputOf([lineOf(product)]) }, buyer);
    if (data?.placeOrder?.order === undefined) throw new Error(`not placed: ${JSON.stringify({ data, errors })}`);
    return data.placeOrder.order;
  }

  /** The orders of a buyer, by the primary. */
  countOrders(buyerId: bigint): Promise<number> {
    return this.bed.databases.shardOf(buyerId).$primary().order.count({ where: { buyerId } });
  }

  /** The names of what was published about an order so far, once an event of this name is among it. */
  async eventsUpTo(lastName: string, orderId: string): Promise<string[]> {
    await this.published(lastName, orderId);
    return this.bed.queue.published.filter(({ payload }) => payload['orderId'] === orderId).map(({ name }) => name);
  }

  /** The event of this name about an order, as soon as it is published. */
  published(eventName: string, orderId: string) {
    return this.bed.queue.waitFor(({ name, payload }) => name === eventName && payload['orderId'] === orderId);
  }

  /** Hands an event of inventory over and waits until it is handled, and seen by replicas. */
  async deliver(name: string, payload: JsonObject, eventId?: bigint): Promise<void> {
    const id = eventId ?? (await this.newId(CATALOG_LOGICAL_SHARD));
    await this.bed.queue.deliver({ id, name, version: 1, aggregateId: id, payload, occurredAt: new Date() });
    await this.bed.test.waitForReplicas();
  }
}
