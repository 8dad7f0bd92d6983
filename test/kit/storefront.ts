import { randomUUID } from 'node:crypto';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { eventually } from './eventually.ts';
import type { Person } from './people.ts';
import type { TestGraph } from './test-graph.ts';

/** A product as it was published. */
export interface ShopProduct {
  /** `prd_…` */
  readonly id: string;
  readonly price: { readonly minorUnits: number; readonly currency: string };
}

/** A line of `placeOrder`. */
export interface OrderLine {
  readonly productId: string;
  readonly quantity: number;
  readonly expectedUnitPrice: ShopProduct['price'];
}

/** What a placed order looks like to its buyer. */
export interface ShopOrder {
  readonly id: string;
  readonly status: 'PENDING' | 'CONFIRMED' | 'REJECTED' | 'CANCELLED';
  readonly rejection: { readonly code: string; readonly products: readonly { readonly id: string }[] } | null;
}

/** How many units of a product can be ordered and how many orders hold. */
export interface ShopStock {
  readonly available: number;
  readonly reserved: number;
}

const PUBLISH = `mutation Publish($input: PublishProductInput!) {
  publishProduct(input: $input) { product { id price { minorUnits currency } } }
}`;

const STOCK = `query Stock($id: ID!) { product(id: $id) { stock { available reserved } } }`;

const PLACE_ORDER = `mutation PlaceOrder($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    __typename
    ... on PlaceOrderSuccess { order { id status rejection { code products { id } } } }
    ... on PriceChanged { code changes { product { id } expected { minorUnits currency } actual { minorUnits currency } } }
    ... on ProductsUnavailable { code productIds }
  }
}`;

const ORDER = `query Order($id: ID!) { order(id: $id) { id status rejection { code products { id } } } }`;

/** Publishes a product of a merchant, and waits until its stock is there for everybody. */
export async function publishProduct(
  graph: TestGraph,
  merchant: Person,
  input: { title?: string; initialStock?: number; priceMinorUnits?: number } = {},
): Promise<ShopProduct> {
  const { title = 'Walnut egg cup', initialStock = 10, priceMinorUnits = 1_250 } = input;
  const { data, errors } = await graph.ask({
    query: PUBLISH,
    variables: { input: { ...productInput(graph), title, initialStock, price: euros(priceMinorUnits) } },
    token: merchant.token,
  });
  if (!data) throw new Error(`the product was not published: ${JSON.stringify(errors)}`);
  const { product } = data.publishProduct;
  await eventually(
    () => stockOf(graph, merchant, product.id),
    (stock) => stock?.available === initialStock,
  );
  return product;
}

/** An amount in cents. */
export function euros(minorUnits: number): ShopProduct['price'] {
  return { minorUnits, currency: 'EUR' };
}

/** A complete input of `publishProduct` with a key of its own. */
export function productInput(graph: TestGraph) {
  const [category] = graph.seeded.marketplace.categories.filter(({ parentId }) => parentId !== null);
  if (!category) throw new Error('the seed data has no category');
  return {
    idempotencyKey: randomUUID(),
    title: 'Walnut egg cup',
    description: 'Turned from one piece.',
    price: euros(1_250),
    weightGrams: 80,
    categoryId: encodeId('category', category.id),
    initialStock: 10,
  };
}

/** A product's stock as its merchant or an administrator sees it; undefined as long as there is none. */
export async function stockOf(graph: TestGraph, viewer: Person, productId: string): Promise<ShopStock | undefined> {
  const { data } = await graph.ask({ query: STOCK, variables: { id: productId }, token: viewer.token });
  return data?.product?.stock;
}

/** A line for so many units at the price that the product was published at. */
export function line({ id, price }: ShopProduct, quantity = 1): OrderLine {
  return { productId: id, quantity, expectedUnitPrice: price };
}

/** Sends `placeOrder`. */
export function placeOrder(
  graph: TestGraph,
  buyer: Person,
  lines: readonly OrderLine[],
  idempotencyKey: string = randomUUID(),
) {
  const input = { idempotencyKey, lines, shippingCountry: 'DE' };
  return graph.ask({ query: PLACE_ORDER, variables: { input }, token: buyer.token });
}

/** Places an order that nothing is wrong with. */
export async function placeGoodOrder(graph: TestGraph, buyer: Person, lines: readonly OrderLine[]): Promise<ShopOrder> {
  const { data, errors } = await placeOrder(graph, buyer, lines);
  if (!data?.placeOrder.order) throw new Error(`the order was not placed: ${JSON.stringify({ data, errors })}`);
  return data.placeOrder.order;
}

/** An order as its buyer sees it now; null when there is none for them. */
export async function orderOf(graph: TestGraph, viewer: Person, id: string): Promise<ShopOrder | null> {
  const { data } = await graph.ask({ query: ORDER, variables: { id }, token: viewer.token });
  return data?.order ?? null;
}

/** The order as soon as it has the status. */
export function orderUntil(graph: TestGraph, buyer: Person, id: string, status: ShopOrder['status']) {
  return eventually(
    () => orderOf(graph, buyer, id),
    (order) => order?.status === status,
  );
}
