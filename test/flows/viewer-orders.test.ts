import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { readTable } from '../kit/read-table.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';

const query = `query ViewerOrders($first: Int!) {
  me {
    id displayName email
    orders(first: $first) {
      nodes {
        id status
        items {
          quantity
          product {
            id title
            stock { available }
            reviews(first: 3) { nodes { id rating author { id displayName } } }
          }
        }
      }
    }
  }
}`;

let graph: TestGraph;
let token: string;

beforeAll(async () => {
  graph = await startTestGraph({ name: 'viewer_orders' });
  token = await graph.logIn('demo@tributary.example');
}, 120_000);
afterAll(() => graph?.stop());

describe("a viewer's orders with items, products, stock, reviews and authors", () => {
  it('is answered correctly across all subgraphs', async () => {
    const { data, errors } = await graph.ask({ query, variables: { first: 10 }, token });
    expect(errors).toEqual([]);
    expect(data.me).toEqual(await expectedViewer(10));
  });

  it('takes the same number of statements for 10 orders and for 100', async () => {
    const ten = await explained(10);
    const hundred = await explained(100);
    expect(ten.data.me.orders.nodes).toHaveLength(10);
    expect(hundred.data.me.orders.nodes).toHaveLength(100);
    expect(ten.explain.totals.statements).toBeGreaterThan(0);
    expect(hundred.explain.totals.statements).toBe(ten.explain.totals.statements);
    expect(hundred.explain.totals.fetches).toBe(ten.explain.totals.fetches);
  });

  it('sends at most one statement for each loader and database', async () => {
    const { explain } = await explained(100);
    for (const fetch of explain.fetches) {
      const batches = fetch.loaderBatches.map(({ loader, group }) => `${fetch.subgraph} ${loader} ${group}`);
      expect(batches).toEqual([...new Set(batches)]);
      expect(fetch.statements.length).toBeLessThanOrEqual(fetch.loaderBatches.length);
    }
  });

  it('reads from replicas alone', async () => {
    const { explain } = await explained(10);
    const roles = explain.fetches.flatMap(({ statements }) => statements.map(({ role }) => role));
    expect(new Set(roles)).toEqual(new Set(['replica']));
  });
});

async function explained(first: number) {
  const { data, errors, explain } = await graph.ask({ query, variables: { first }, token, isExplained: true });
  expect(errors).toEqual([]);
  if (!explain) throw new Error('The answer has no explain extension.');
  return { data, explain };
}

/** The same answer, put together from whole tables read with plain SQL. */
async function expectedViewer(first: number) {
  const { config, seeded } = graph;
  const shards = Object.values(config.shards).map(({ primary }) => primary);
  const ofShards = async (table: string) => (await Promise.all(shards.map((url) => readTable(url, table)))).flat();
  const catalog = (table: string) => readTable(config.catalog.primary, table);
  const [users, orders, items, reviews] = await Promise.all(
    ['users', 'orders', 'order_items', 'reviews'].map(ofShards),
  );
  const [products, stock] = await Promise.all(['products', 'stock'].map(catalog));
  if (!users || !orders || !items || !reviews || !products || !stock) throw new Error('A table is missing.');

  const newestFirst = (a: { id: bigint }, b: { id: bigint }) => (a.id < b.id ? 1 : -1);
  const user = users.find(({ id }) => id === seeded.customerId);
  const productOf = (productId: bigint) => ({
    id: encodeId('product', productId),
    title: products.find(({ id }) => id === productId)?.title,
    stock: { available: stock.find((row) => row.product_id === productId)?.available },
    reviews: {
      nodes: reviews
        .filter((review) => review.product_id === productId)
        .sort(newestFirst)
        .slice(0, 3)
        .map(({ id, rating, author_id }) => ({
          id: encodeId('review', id),
          rating,
          author: {
            id: encodeId('user', author_id),
            displayName: users.find((author) => author.id === author_id)?.display_name,
          },
        })),
    },
  });
  return {
    id: encodeId('user', seeded.customerId),
    displayName: user?.display_name,
    email: 'demo@tributary.example',
    orders: {
      nodes: orders
        .filter(({ buyer_id }) => buyer_id === seeded.customerId)
        .sort(newestFirst)
        .slice(0, first)
        .map((order) => ({
          id: encodeId('order', order.id),
          status: order.status,
          items: items
            .filter(({ order_id }) => order_id === order.id)
            .sort((a, b) => a.position - b.position)
            .map(({ quantity, product_id }) => ({ quantity, product: productOf(product_id) })),
        })),
    },
  };
}
