import { randomUUID } from 'node:crypto';
import { createIdempotentCalls } from '@tributary/prisma/idempotency/idempotent-calls';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { catalogOutboxOf } from '@tributary/prisma/outbox/catalog-outbox';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import type { Random } from '@tributary/prisma/seed/random';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { subscribeToEvents } from '@tributary/subgraph-inventory/consumers';
import { ReservationRepository } from '@tributary/subgraph-inventory/reservation-repository';
import { stockWrites } from '@tributary/subgraph-inventory/stock-cache';
import { StockRepository } from '@tributary/subgraph-inventory/stock-repository';
import { cancelOrder } from '@tributary/subgraph-orders/cancel-order';
import { subscribeToStock } from '@tributary/subgraph-orders/consumers';
import { expireOrder } from '@tributary/subgraph-orders/expire-order';
import { OrderRepository } from '@tributary/subgraph-orders/order-repository';
import { placeOrder } from '@tributary/subgraph-orders/place-order';
import { PriceListRepository } from '@tributary/subgraph-orders/price-list-repository';
import { untilEventsAreHandled } from '../kit/events-handled.ts';
import { startTestBed, type TestBed } from '../kit/test-bed.ts';

const PRICE_MINOR = 100n;

/** What happens to others: nobody here subscribes to it. */
const FOR_OTHERS = new Set(['OrderConfirmed', 'OrderRejected']);

/**
 * Orders and inventory without their servers and clocks: a schedule decides what happens next, and what happens at once.
 * Events come when it says so, in whatever order and as often as it says.
 */
export class SagaWorld {
  readonly bed: TestBed;
  readonly products: readonly bigint[];
  readonly initialStock: number;
  /** Of placed orders, as they were acknowledged. */
  readonly acknowledged = new Map<bigint, bigint>();
  readonly #undelivered: EventEnvelope[] = [];
  /** How many of the published events are among the undelivered, or were. */
  #collected = 0;
  readonly #buyers: readonly bigint[];
  readonly #orders: OrderRepository;
  readonly #idempotentCalls = createIdempotentCalls();
  readonly #scope: Scope;

  private constructor(bed: TestBed, scope: Scope, ids: { products: bigint[]; buyers: bigint[] }, initialStock: number) {
    this.bed = bed;
    this.products = ids.products;
    this.initialStock = initialStock;
    this.#buyers = ids.buyers;
    this.#orders = new OrderRepository(bed.databases);
    this.#scope = scope;
  }

  static async start(name: string, { products = 4, buyers = 6, initialStock = 12 } = {}): Promise<SagaWorld> {
    const scope = new Scope();
    const bed = scope.own(await startTestBed(name));
    const { databases } = bed;
    const productIds = await databases.newIds(CATALOG_LOGICAL_SHARD, products);
    // Half of them on the first database and half on the last one.
    const buyerIds = await Promise.all(
      Array.from({ length: buyers }, (_, index) => databases.newId(index % 2 === 0 ? index : 1022 - index)),
    );
    const world = new SagaWorld(bed, scope, { products: productIds, buyers: buyerIds }, initialStock);
    await world.#open();
    return world;
  }

  async #open(): Promise<void> {
    const { databases, queue } = this.bed;
    const texts = { title: 'Lamp', description: 'Gives light.', currency: 'EUR' };
    const rest = { merchantId: 1n, categoryId: 1n, priceMinor: PRICE_MINOR, weightGrams: 500, ...texts };
    await databases.catalog().product.createMany({ data: this.products.map((id) => ({ id, ...rest })) });
    const stocks = this.products.map((productId) => ({ productId, merchantId: 1n, available: this.initialStock }));
    await databases.catalog().stock.createMany({ data: stocks });
    const repositories = { stock: new StockRepository(databases), reservations: new ReservationRepository() };
    const writes = stockWrites(
      { run: (transaction) => transaction({ invalidate: async () => {}, keep: () => {} }) },
      undefined,
    );
    await subscribeToEvents(queue, { databases, repositories, writes });
    await subscribeToStock(queue, { databases, orders: this.#orders });
    const publish = (events: EventEnvelope[]) => queue.publish(events);
    const onError = (error: Error) => console.error(error);
    this.#scope.own(startOutboxRelay({ databases, producer: 'orders', publish, onError }));
    this.#scope.own(
      startOutboxRelay({ databases: catalogOutboxOf(databases), producer: 'inventory', publish, onError }),
    );
  }

  stop(): Promise<void> {
    return this.#scope.release();
  }

  /** One to three products, up to three units of each, in any order. */
  async place(random: Random): Promise<void> {
    const buyerId = random.pick(this.#buyers);
    const productIds = new Set(Array.from({ length: 3 }, () => random.pick(this.products)));
    const lines = [...productIds].map((productId) => ({
      productId,
      quantity: random.between(1, 3),
      expectedPriceMinor: PRICE_MINOR,
    }));
    const request = { currency: 'EUR', shippingCountry: 'DE', lines };
    const { databases } = this.bed;
    const priceList = new PriceListRepository(databases);
    const dependencies = { databases, orders: this.#orders, priceList, idempotentCalls: this.#idempotentCalls };
    const outcome = await placeOrder(dependencies, { buyerId, idempotencyKey: randomUUID(), request });
    if (outcome.kind === 'placed') this.acknowledged.set(outcome.orderId, buyerId);
  }

  async cancel(random: Random): Promise<void> {
    if (this.acknowledged.size === 0) return;
    const [orderId, buyerId] = random.pick([...this.acknowledged]);
    await cancelOrder({ databases: this.bed.databases, orders: this.#orders }, { orderId, buyerId });
  }

  /** As if an order had been PENDING for too long, whatever it is. */
  async expire(random: Random): Promise<void> {
    if (this.acknowledged.size === 0) return;
    const orderId = random.pick([...this.acknowledged.keys()]);
    await expireOrder({ databases: this.bed.databases, orders: this.#orders }, orderId);
  }

  /** Any event that has not come yet. */
  async deliver(random: Random): Promise<void> {
    this.#collect();
    if (this.#undelivered.length === 0) return;
    const [event] = this.#undelivered.splice(random.between(0, this.#undelivered.length - 1), 1);
    if (event) await this.#deliver(event);
  }

  /** Any event, once more if it has come before. */
  async redeliver(random: Random): Promise<void> {
    const { published } = this.bed.queue;
    if (published.length > 0) await this.#deliver(random.pick(published));
  }

  /** Until nothing is left to be published or delivered. */
  async settle(random: Random): Promise<void> {
    for (;;) {
      await untilEventsAreHandled(this.bed.config, undefined, { limitMs: 60_000 });
      this.#collect();
      if (this.#undelivered.length === 0) return;
      while (this.#undelivered.length > 0) await this.deliver(random);
    }
  }

  #collect(): void {
    const { published } = this.bed.queue;
    this.#undelivered.push(...published.slice(this.#collected));
    this.#collected = published.length;
  }

  async #deliver(event: EventEnvelope): Promise<void> {
    if (!FOR_OTHERS.has(event.name)) await this.bed.queue.deliver(event);
  }
}
