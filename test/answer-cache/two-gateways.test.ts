import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../kit/eventually.ts';
import { publishProduct, type ShopProduct } from '../kit/storefront.ts';
import { type CachingGateway, startTwoGateways, type TwoGateways } from './two-gateways.ts';

/** A gateway is told of a write by a message, which takes a millisecond; the bound is for a busy machine. */
const BOUND_MS = 1_000;
/**
 * A thousand requests to both gateways share this process's time, and Redis gets what they leave: who waits for the other's fill
 * may wait long, and a call that took longer than it may would be taken for an outage, in which each gateway executes for itself.
 */
const PATIENCE = { waitMs: 20_000, budgetMs: 20_000 };

/** No stock, which is kept for less than five seconds: on a busy machine a test takes longer. */
const SHOWN = `query Shown($id: ID!) {
  product(id: $id) { id title merchant { displayName } rating { average } }
}`;
const RETITLE = `mutation Retitle($input: UpdateProductInput!) {
  updateProduct(input: $input) { ... on UpdateProductSuccess { product { id title } } }
}`;
const NEWEST = '{ products(first: 3) { nodes { id title } } }';
const ME = '{ me { id displayName } }';

let scene: TwoGateways;
let product: ShopProduct;
let other: ShopProduct;

beforeAll(async () => {
  scene = await startTwoGateways('answer_gateways', PATIENCE);
  const { graph, people } = scene;
  product = await publishProduct(graph, people.merchant, { title: 'Egg cup' });
  other = await publishProduct(graph, people.merchant, { title: 'Egg spoon' });
}, 180_000);
afterAll(() => scene.stop());

const gateways = (): CachingGateway[] => [scene.left, scene.right];

function counts(...outcomes: readonly Parameters<CachingGateway['counters']['of']>[0][]): number {
  return gateways().reduce(
    (sum, { counters }) => sum + outcomes.reduce((own, outcome) => own + counters.of(outcome), 0),
    0,
  );
}

async function titleOf(gateway: CachingGateway, { id }: ShopProduct, session?: string): Promise<string> {
  const { data, errors } = await gateway.ask({ query: SHOWN, variables: { id }, session });
  expect(errors).toEqual([]);
  return data.product.title;
}

/** Gives the token of the session that the write begins. */
async function retitle(gateway: CachingGateway, { id }: ShopProduct, title: string): Promise<string | undefined> {
  const { token } = scene.people.merchant;
  const { errors, headers } = await gateway.ask({ query: RETITLE, variables: { input: { id, title } }, token });
  expect(errors).toEqual([]);
  return headers.get('x-tributary-session') ?? undefined;
}

describe('answers of two gateways', () => {
  it('are executed once for 1,000 requests at once, whichever gateway they come to', async () => {
    // Of a product that was published a moment ago the outbox may yet say that it has changed.
    const { data } = await scene.graph.ask({ query: NEWEST });
    const settled: ShopProduct & { title: string } = data.products.nodes[2];
    const before = counts('miss', 'not-kept', 'uncacheable');
    const asked = Array.from({ length: 1_000 }, (_, index) => titleOf(gateways()[index % 2] ?? scene.left, settled));
    expect(new Set(await Promise.all(asked))).toEqual(new Set([settled.title]));
    expect(counts('miss', 'not-kept', 'uncacheable') - before).toBe(1);
  });

  it('are fresh at once on the other gateway, too, with the token of who wrote, and others are still hits', async () => {
    const { token } = scene.people.merchant;
    const read = async ({ id }: ShopProduct, session?: string) =>
      (await scene.right.ask({ query: SHOWN, variables: { id }, token, session })).data.product.title;
    for (const shown of [product, other]) await read(shown);
    for (let round = 0; round < 20; round += 1) {
      const title = `Egg cup, again ${round}`;
      const session = await retitle(scene.left, product, title);
      expect(session).toBeDefined();
      const hits = scene.right.counters.of('hit');
      expect(await read(other, session)).toBe('Egg spoon');
      expect(scene.right.counters.of('hit') - hits).toBe(1);
      expect(await read(product, session)).toBe(title);
    }
  });

  it('are fresh at once for who wrote, on the other gateway within the bound, and others are still hits', async () => {
    for (const gateway of gateways()) for (const shown of [product, other]) await titleOf(gateway, shown);
    for (const [round, writer] of [...gateways(), ...gateways()].entries()) {
      const reader = writer === scene.left ? scene.right : scene.left;
      const misses = counts('miss');
      const title = `Egg cup ${round}`;
      await retitle(writer, product, title);
      expect(await titleOf(writer, product)).toBe(title);
      await eventually(
        () => titleOf(reader, product),
        (shown) => shown === title,
        { limitMs: BOUND_MS },
      );
      for (const gateway of gateways()) expect(await titleOf(gateway, other)).toBe('Egg spoon');
      // The one answer that showed the product, once or, when the subgraph says it again through its outbox, twice.
      expect(counts('miss') - misses).toBeLessThanOrEqual(2);
      expect(counts('miss') - misses).toBeGreaterThanOrEqual(1);
    }
  });

  it('show a product that was published in the lists that it enters', async () => {
    for (const { ask } of gateways()) await ask({ query: NEWEST });
    const { id } = await publishProduct(scene.graph, scene.people.merchant, { title: 'Newest cup' });
    for (const { ask } of gateways()) {
      await eventually(
        () => ask({ query: NEWEST }),
        ({ data }) => data.products.nodes[0].id === id,
        { limitMs: BOUND_MS },
      );
    }
  });

  it('are each viewer’s own where they are about the viewer', async () => {
    const { customer, stranger, admin } = scene.people;
    for (let round = 0; round < 3; round++) {
      for (const { ask } of gateways()) {
        for (const { id, token } of [customer, stranger, admin]) {
          const { data, headers } = await ask({ query: ME, token });
          expect(data.me.id).toBe(id);
          expect(headers.get('cache-control')).toMatch(/^(private, max-age=60|no-store)$/);
        }
        expect((await ask({ query: ME })).data).toEqual({ me: null });
      }
    }
  });
});
