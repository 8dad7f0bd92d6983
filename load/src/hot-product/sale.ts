import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from '../ask.ts';
import { logIn } from '../log-in.ts';
import type { Buyer } from './buyers.ts';

/** A product that everybody wants. */
export interface HotProduct {
  readonly id: string;
  readonly price: { readonly minorUnits: number; readonly currency: string };
}

export interface SaleReport {
  /** Orders that were acknowledged. */
  readonly placed: number;
  /** Requests that failed and were sent again with the same key. */
  readonly retries: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const publish = `mutation($input: PublishProductInput!) {
  publishProduct(input: $input) { product { id price { minorUnits currency } } }
}`;
const readStock = 'query($id: ID!) { product(id: $id) { stock { available } } }';
const placeOrder = `mutation($input: PlaceOrderInput!) {
  placeOrder(input: $input) { __typename ... on PlaceOrderSuccess { order { id status } } }
}`;
const stockLimitMs = 30_000;
const longestTries = 10;
const retryPauseMs = 200;

/**
 * Puts a product on sale and waits until its stock is there.
 * @throws Error with the gateway's answer when it is refused, or when there is no stock in time
 */
export async function publishHotProduct(url: string, units: number): Promise<HotProduct> {
  const token = await logIn(url, 'admin');
  const { categories } = await ask<{ categories: { id: string }[] }>(url, '{ categories { id } }', {});
  const variables = {
    input: {
      idempotencyKey: randomUUID(),
      title: 'What everybody wants',
      description: 'Few are left.',
      price: { minorUnits: 1_999, currency: 'EUR' },
      weightGrams: 500,
      categoryId: categories[0]?.id,
      initialStock: units,
    },
  };
  const { publishProduct } = await ask<{ publishProduct: { product: HotProduct } }>(url, publish, variables, { token });
  const { product } = publishProduct;
  const deadlineMs = performance.now() + stockLimitMs;
  for (;;) {
    const seen = await ask<{ product: { stock: { available: number } | null } }>(url, readStock, { id: product.id });
    if (seen.product.stock?.available === units) return product;
    if (performance.now() > deadlineMs) throw new Error('the stock of the product does not appear');
    await delay(100);
  }
}

/** Every buyer orders one unit, once; so many at a time. */
export async function sell(
  urls: readonly string[],
  product: HotProduct,
  { buyers, connections }: { buyers: readonly Buyer[]; connections: number },
): Promise<SaleReport> {
  const input = {
    lines: [{ productId: product.id, quantity: 1, expectedUnitPrice: product.price }],
    shippingCountry: 'DE',
  };
  const latencies: number[] = [];
  let [next, retries] = [0, 0];

  async function place({ token }: Buyer, url: string): Promise<void> {
    const idempotencyKey = randomUUID();
    for (let tries = 1; ; tries++) {
      const askedAtMs = performance.now();
      try {
        const answer = await ask<PlaceOrderAnswer>(url, placeOrder, { input }, { token, idempotencyKey });
        if (answer.placeOrder.order === undefined) throw new Error(`refused: ${answer.placeOrder.__typename}`);
        latencies.push(performance.now() - askedAtMs);
        return;
      } catch (error) {
        if (tries === longestTries) throw error;
        retries += 1;
        await delay(retryPauseMs);
      }
    }
  }

  async function keepPlacing(): Promise<void> {
    for (let index = next++; index < buyers.length; index = next++) {
      const buyer = buyers[index];
      if (buyer) await place(buyer, urls[index % urls.length] ?? '');
    }
  }

  // Buyers of all shards come at the same time, as they do.
  const startedAtMs = performance.now();
  await Promise.all(Array.from({ length: connections }, keepPlacing));
  const seconds = (performance.now() - startedAtMs) / 1_000;
  latencies.sort((left, right) => left - right);
  const quantile = (share: number) => latencies[Math.floor(share * latencies.length)] ?? 0;
  return { placed: latencies.length, retries, seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

interface PlaceOrderAnswer {
  readonly placeOrder: { readonly __typename: string; readonly order?: { readonly id: string } };
}
