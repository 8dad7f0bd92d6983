import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fetchesOf, keepable, PRODUCT_TAGS, startCachingShop } from '../testing/caching-shop.ts';
import { replyAsProducts, type ShopGateway } from '../testing/shop-gateway.ts';

const QUERY = '{ products { id name } }';

describe('answers that are kept', () => {
  let shop: ShopGateway;

  beforeEach(async () => {
    shop = await startCachingShop();
  });
  afterEach(() => shop.stop());

  it('are answered again without a fetch, on every way through the gateway', async () => {
    const texts: string[] = [];
    // Apollo Server's pipeline, the short cut, and the request's bytes.
    for (let time = 0; time < 4; time++) texts.push(await (await shop.post({ query: QUERY })).text());
    expect(fetchesOf(shop)).toBe(1);
    const bodies = texts.map((text) => JSON.parse(text));
    expect(bodies[0].data.products).toHaveLength(2);
    for (const body of bodies) expect(body).toEqual(bodies[0]);
  });

  it('are common to texts that differ in white space and to variables in another order', async () => {
    const schemaless = 'query A($a: Boolean!, $b: Boolean!) { products { id @include(if: $a) name @include(if: $b) } }';
    await shop.post({ query: schemaless, variables: { a: true, b: true } });
    await shop.post({ query: schemaless.replaceAll(' ', '  '), variables: { b: true, a: true } });
    expect(fetchesOf(shop)).toBe(1);
    await shop.post({ query: schemaless, variables: { a: true, b: false } });
    expect(fetchesOf(shop)).toBe(2);
  });

  it('say how long they are good, how old they are and what they are about', async () => {
    await shop.post({ query: QUERY });
    for (const _ of ['short cut', 'bytes']) {
      const { headers } = await shop.post({ query: QUERY });
      expect(headers.get('cache-control')).toBe('public, max-age=60');
      expect(headers.get('age')).toBe('0');
      expect(headers.get('etag')).toMatch(/^"[\w.-]+"$/);
      expect(headers.get('cache-tag')).toBe(PRODUCT_TAGS.join(','));
      expect(headers.get('vary')?.split(', ').sort()).toEqual(['Accept', 'Origin']);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-request-id')).toMatch(/./);
    }
  });

  it('are good for no longer than the least of their parts', async () => {
    const query = '{ products { id name reviews { stars } } }';
    await shop.post({ query });
    const { headers } = await shop.post({ query });
    expect(headers.get('cache-control')).toBe('public, max-age=30');
    expect(headers.get('cache-tag')?.split(',').sort()).toEqual([...PRODUCT_TAGS, 'product:1:reviews'].sort());
    expect(fetchesOf(shop)).toBe(2);
  });

  it('ask subgraphs for tags, which they are not asked for otherwise', async () => {
    await shop.post({ query: QUERY });
    expect(shop.products.requests[0]?.headers['x-tributary-cache-tags']).toBe('1');
    await shop.post({ query: 'mutation { rename(name: "Cup") { id } }' });
    expect(shop.products.requests[1]?.headers['x-tributary-cache-tags']).toBeUndefined();
  });

  it.each([
    ['nothing', undefined],
    ['no-store', 'no-store'],
    ['an age of 0', 'max-age=0, public'],
  ])('are none when a subgraph says %s of its answer', async (_, cacheControl) => {
    shop.products.reply = (request) => keepable(replyAsProducts(request), cacheControl, []);
    for (let time = 1; time <= 4; time++) {
      const { headers } = await shop.post({ query: QUERY });
      expect(headers.get('cache-control')).toBe('no-store');
      expect(fetchesOf(shop)).toBe(time);
    }
  });

  it('are none that have an error', async () => {
    shop.products.reply = () => ({
      headers: { 'cache-control': 'max-age=60, public' },
      body: { data: { products: null }, errors: [{ message: 'Broken', extensions: { code: 'BROKEN' } }] },
    });
    for (let time = 1; time <= 3; time++) {
      const response = await shop.post({ query: QUERY });
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BROKEN' } }] });
      expect(fetchesOf(shop)).toBe(time);
    }
    shop.products.reply = (request) => keepable(replyAsProducts(request), 'max-age=60, public', []);
    expect(await (await shop.post({ query: QUERY })).json()).toMatchObject({ data: { products: [{ id: '1' }, {}] } });
  });

  it('are none of mutations, of explained requests and of introspection', async () => {
    const mutation = 'mutation { rename(name: "Cup") { id } }';
    for (let time = 1; time <= 3; time++) {
      expect((await shop.post({ query: mutation })).headers.get('etag')).toBeNull();
      expect(fetchesOf(shop)).toBe(time);
    }
    for (let time = 4; time <= 5; time++) {
      const { answer } = await shop.ask(QUERY, { 'x-tributary-explain': '1' });
      expect(answer.extensions.explain.answerCache?.outcome).toBe('miss');
      expect(fetchesOf(shop)).toBe(time);
    }
    for (const _ of [1, 2, 3]) {
      const { headers } = await shop.post({ query: '{ __schema { queryType { name } } }' });
      expect(headers.get('etag')).toBeNull();
    }
  });

  it('are shown to who asks for an explanation of what they would come from', async () => {
    await shop.post({ query: QUERY });
    const { answer } = await shop.ask(QUERY, { 'x-tributary-explain': '1' });
    expect(answer.extensions.explain.answerCache).toEqual({
      outcome: 'hit',
      answer: { scope: 'public', maxAgeS: 60, tags: PRODUCT_TAGS, ageSeconds: 0 },
    });
    expect(answer.extensions.explain.fetches).toHaveLength(1);
  });

  it('are filled once for however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => shop.ask(QUERY)));
    expect(fetchesOf(shop)).toBe(1);
    for (const { answer } of answers) expect(answer.data).toEqual(answers[0]?.answer.data);
  });

  it('keep nobody waiting for what is not to be kept', async () => {
    shop.products.reply = (request) => keepable(replyAsProducts(request), 'no-store', []);
    await shop.ask(QUERY);
    const before = fetchesOf(shop);
    await Promise.all(Array.from({ length: 10 }, () => shop.ask(QUERY)));
    expect(fetchesOf(shop) - before).toBe(10);
  });
});
