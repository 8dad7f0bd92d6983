import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keepable, startCachingShop } from '@tributary/gateway/testing/caching-shop';
import { replyAsProducts, type ShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { openStream } from '@tributary/gateway/testing/stream-client';
import {
  replyWithProduct,
  resultOf,
  SUBSCRIPTION,
  type SubscribingShop,
  startSubscribingShop,
  untilResults,
} from '@tributary/gateway/testing/subscribing-shop';
import { createTokenIssuer, type TokenIssuer } from '@tributary/gateway/testing/token-issuer';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { eventually } from '../kit/eventually.ts';
import { SYSTEM_PROGRAM_LIMIT_MS } from '../kit/system-program.ts';
import { type NginxServer, startNginx } from './nginx-server.ts';

const SHARED = '{ products { name } }';
const OWN = '{ products { id } }';

const scope = new Scope();
afterAll(() => scope.release());

describe('nginx before a gateway that keeps answers', () => {
  let issuer: TokenIssuer;
  let shop: ShopGateway;
  let nginx: NginxServer;

  beforeAll(async () => {
    issuer = scope.own(await createTokenIssuer());
    const answerCache = { staleMs: 0, staleIfErrorMs: 0, sharedMaxAgeS: 30 };
    shop = scope.own(await startCachingShop({ isDevelopment: false, tokens: issuer.options, answerCache }));
    nginx = scope.own(await startNginx({ gateways: [shop.url] }));
  }, SYSTEM_PROGRAM_LIMIT_MS);

  async function get(
    query: string,
    headers: Record<string, string> = {},
  ): Promise<{ cache: string | null; control: string | null }> {
    const response = await fetch(`${nginx.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { 'apollo-require-preflight': '1', ...headers },
    });
    expect(await response.json()).toMatchObject({ data: { products: [{}, {}] } });
    return { cache: response.headers.get('x-cache'), control: response.headers.get('cache-control') };
  }

  it('keeps what is for everybody, for as long as the gateway says', async () => {
    // Of an operation that a gateway sees for the first time it says nothing.
    expect(await get(SHARED)).toEqual({ cache: 'MISS', control: 'no-store' });
    expect(await get(SHARED)).toEqual({ cache: 'MISS', control: 'public, max-age=60, s-maxage=30' });
    // nginx hands on an answer before it has put it away.
    await eventually(
      () => get(SHARED),
      ({ cache }) => cache === 'HIT',
    );
    // nginx also asks the gateway whether it is ready, and the gateway its subgraphs.
    const fetches = () => shop.products.requests.filter(({ query }) => query.includes('products')).length;
    const before = fetches();
    expect((await get(SHARED)).cache).toBe('HIT');
    expect(fetches()).toBe(before);
  });

  it("never keeps a viewer's answer, though the gateway does", async () => {
    shop.products.reply = (request) => keepable(replyAsProducts(request), 'max-age=60, private', ['products']);
    const authorization = `Bearer ${await issuer.sign()}`;
    expect(await get(OWN, { authorization })).toEqual({ cache: 'BYPASS', control: 'no-store' });
    for (let count = 0; count < 2; count++) {
      expect(await get(OWN, { authorization })).toEqual({ cache: 'BYPASS', control: 'private, max-age=60' });
    }
    // Whoever asks without a token is asked for by a request of their own, and so is the next one.
    expect((await get(OWN)).cache).toBe('MISS');
    expect((await get(OWN)).cache).toBe('MISS');
  });
});

describe('a stream through nginx', () => {
  let shop: SubscribingShop;
  let nginx: NginxServer;

  beforeAll(async () => {
    shop = scope.own(await startSubscribingShop());
  });

  it('goes on at the other gateway, from the event after the last one, when its gateway stops', async () => {
    await shop.reset();
    const stopping = await shop.startAnother();
    for (const { products } of [stopping, shop.gateway]) {
      // nginx also asks gateways whether they are ready, and they ask subgraphs.
      products.reply = (request) => (request.variables ? replyWithProduct(request) : replyAsProducts(request));
    }
    nginx = scope.own(await startNginx({ gateways: [stopping.url, shop.gateway.url] }));
    const headers = await shop.as('usr_1');
    const isAt = async (url: string) => {
      const streams = (await nginx.log()).filter(({ path }) => path === '/graphql');
      return streams.some(({ upstream }) => upstream === new URL(url).host);
    };
    // The first one connects to either; both are tried until one is at the gateway that stops.
    const clients = await Promise.all(
      Array.from({ length: 2 }, () => openStream(nginx.url, { query: SUBSCRIPTION, headers })),
    );
    expect(clients.map(({ status }) => status)).toEqual([200, 200]);
    await shop.announce('1');
    for (const client of clients) expect(await untilResults(client, 1)).toEqual([resultOf('1')]);

    await stopping.stop();
    const ended = await Promise.race(clients.map((client) => client.ended.then(() => client)));
    await eventually(
      () => isAt(stopping.url),
      (wasThere) => wasThere,
    );
    await shop.announce('2');
    const resumed = await openStream(nginx.url, {
      query: SUBSCRIPTION,
      headers: { ...headers, 'last-event-id': ended.lastEventId() ?? '' },
    });
    expect(await untilResults(resumed, 1)).toEqual([resultOf('2')]);
    await Promise.all([...clients, resumed].map((client) => client.close()));
  });
});
