import { afterEach, describe, expect, it } from '@jest/globals';
import { RecordedTracing } from '@tributary/runtime/testing/recorded-tracing';
import type { GatewayOptions } from '../gateway-options.ts';
import { startCachingShop } from '../testing/caching-shop.ts';
import { type ShopGateway, startShopGateway } from '../testing/shop-gateway.ts';

const CLIENT_TRACE = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${CLIENT_TRACE}-b7ad6b7169203331-01`;
const QUERY = 'query Wares { products { name } }';

let shop: ShopGateway;
let tracing: RecordedTracing;
afterEach(() => shop.stop());

async function start(options: Partial<GatewayOptions> = {}, startShop = startShopGateway): Promise<void> {
  tracing = new RecordedTracing();
  shop = await startShop({ tracing, ...options });
}

/** Asks, and gives what was recorded for it, as `<parent> > <name>`. */
async function recordedFor(ask: () => Promise<unknown>): Promise<string[]> {
  const before = tracing.ended.length;
  await ask();
  while (!tracing.names.slice(before).includes('POST /graphql')) await new Promise(setImmediate);
  return tracing.ended.slice(before).map(({ parent = '', name }) => `${parent} > ${name}`);
}

const ask = () => shop.ask(QUERY, { traceparent: TRACEPARENT });
const WHOLE = ['query Wares > plan', 'query Wares > fetch products', 'POST /graphql > query Wares', ' > POST /graphql'];

describe('a request', () => {
  it('is recorded alike when it passes Apollo Server and when it takes the short cut past it', async () => {
    await start();
    expect(await recordedFor(ask)).toEqual(WHOLE);
    expect(await recordedFor(ask)).toEqual(WHOLE);
  });

  it('has its subgraphs go on with the trace of its client, each from the span of its own fetch', async () => {
    await start();
    await recordedFor(() => shop.ask('{ products { name } bestReview { stars } }', { traceparent: TRACEPARENT }));
    const sent = [shop.products, shop.reviews].map(({ requests }) => requests[0]?.headers['traceparent']);
    const fetches = tracing.ended.filter(({ name }) => name.startsWith('fetch '));

    expect([...sent].sort()).toEqual(fetches.map(({ traceparent }) => traceparent).sort());
    expect(sent.every((header) => String(header).startsWith(`00-${CLIENT_TRACE}-`))).toBe(true);
  });

  it('that is not recorded tells its subgraphs so', async () => {
    await start({ tracing: new RecordedTracing({ isRecorded: false }) });
    await ask();
    expect(shop.products.requests[0]?.headers['traceparent']).toMatch(
      new RegExp(`^00-${CLIENT_TRACE}-[0-9a-f]{16}-00$`),
    );
  });

  it('sends subgraphs no trace where nothing is traced, not even that of its client', async () => {
    await start({ tracing: undefined });
    await ask();
    expect(shop.products.requests[0]?.headers).not.toHaveProperty('traceparent');
  });

  it('whose subgraph fails is marked as failed, and the log has the trace', async () => {
    await start();
    shop.products.reply = () => ({ status: 500, body: 'out of order' });
    await recordedFor(ask);
    const failures = tracing.ended.map(({ name, failure }) => [name, failure !== undefined]);

    expect(Object.fromEntries(failures)).toMatchObject({ 'fetch products': true, 'query Wares': true });
    const logged = shop.logLines.find(({ msg }) => msg === 'a subgraph failed');
    expect(logged).toMatchObject({ trace_id: CLIENT_TRACE, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) });
  });
});

describe('what requests share', () => {
  it.each([
    ['subgraphs', 'join products'],
    ['all', 'query Wares'],
  ] as const)('is recorded once with sharing %s, and whoever joins is linked to it', async (sharing, joined) => {
    await start({ sharing, batchLimit: 2 });
    await recordedFor(() => shop.ask(QUERY));
    shop.products.requests.length = 0;
    const before = tracing.ended.length;
    await recordedFor(() => shop.post([{ query: QUERY }, { query: QUERY }]));
    const linked = tracing.ended.slice(before).filter(({ links }) => links.length > 0);

    expect(shop.products.requests).toHaveLength(1);
    expect(linked.map(({ name }) => name)).toEqual([joined]);
  });
});

describe('a kept answer', () => {
  it('is filled, found, and at last recalled by what its request looks like', async () => {
    await start({}, startCachingShop);
    const filled = await recordedFor(ask);
    expect(filled.slice(-2)).toEqual(['POST /graphql > cache answers', ' > POST /graphql']);
    expect(filled).toContain('query Wares > fetch products');

    const found = ['POST /graphql > cache answers', ' > POST /graphql'];
    const recalled = ['POST /graphql > recall answer', ' > POST /graphql'];
    const after = [await recordedFor(ask), await recordedFor(ask), await recordedFor(ask)];
    expect(after).toContainEqual(found);
    expect(after.at(-1)).toEqual(recalled);
  });
});
