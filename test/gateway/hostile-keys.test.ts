import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ShopGateway, startShopGateway } from '@tributary/gateway/testing/shop-gateway';

/** What every object has, as it is before anything is tried: the gateway runs in this process, so it is the gateway's too. */
const inherited = [Object.prototype, Array.prototype, Function.prototype].map(factsOf);

let shop: ShopGateway;

beforeAll(async () => {
  shop = await startShopGateway();
});
afterAll(() => shop.stop());
beforeEach(() => {
  shop.products.requests.length = 0;
});

function factsOf(prototype: object) {
  return Object.entries(Object.getOwnPropertyDescriptors(prototype)).map(([name, { value }]) => [name, value]);
}

function expectNothingPolluted(): void {
  expect([Object.prototype, Array.prototype, Function.prototype].map(factsOf)).toEqual(inherited);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
}

/** The text of an answer. */
async function ask(body: object | string): Promise<string> {
  const response = await shop.post(body);
  const text = await response.text();
  expectNothingPolluted();
  return text.trim();
}

/** Asks twice, since an operation that is known takes a shorter way. */
async function askTwice(body: object): Promise<string> {
  const [first, second] = [await ask(body), await ask(body)];
  expect(second).toBe(first);
  return first;
}

/** Under which key a subgraph is asked for a field: the gateway may have one of its own for a client's alias. */
function keyOf(field: string, query: string): string {
  return query.match(new RegExp(`(\\w+):\\s*${field}\\b`))?.[1] ?? field;
}

const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineSetter__'];
const EVIL = '{"polluted":true,"constructor":{"prototype":{"polluted":true}}}';

/** A product with a member that is put in as text: JSON.parse makes an own property of `__proto__`. */
const productWith = (member: string) => `{"__typename":"Product","id":"1","name":"Cup"${member}}`;

describe.each(KEYS)('a key named %s', (key) => {
  it("in a subgraph's data is no field of anything", async () => {
    const member = `,"${key}":${EVIL}`;
    shop.products.reply = () => ({
      body: `{"data":{"products":[${productWith(member)}]${member}},"extensions":{"${key}":${EVIL}}${member}}`,
    });
    shop.reviews.reply = () => ({
      body: `{"data":{"_entities":[{"reviews":[{"stars":4${member}}]${member}}]${member}}}`,
    });

    expect(await askTwice({ query: `{ products { id name reviews { stars } } } # ${key}` })).toBe(
      '{"data":{"products":[{"id":"1","name":"Cup","reviews":[{"stars":4}]}]}}',
    );
  });

  it("in an error's extensions is shown as any other", async () => {
    shop.products.reply = () => ({
      body: `{"data":{"products":null},"errors":[{"message":"m","path":["products"],"extensions":{"code":"C","${key}":${EVIL}}}]}`,
    });

    const text = await askTwice({ query: `{ products { id } } # ${key}` });

    expect(JSON.parse(text)).toMatchObject({
      data: { products: null },
      errors: [{ message: 'm', path: ['products'], extensions: { code: 'C', service: 'products' } }],
    });
    expect(text).toContain('"polluted":true');
  });

  it("in an error's path leads nowhere", async () => {
    shop.products.reply = () => ({
      body: `{"data":{"products":[]},"errors":[{"message":"m","path":["products","${key}","polluted"],"extensions":{"code":"C"}}]}`,
    });

    expect(JSON.parse(await askTwice({ query: `{ products { id } } # path ${key}` }))).toMatchObject({
      errors: [{ path: ['products'] }],
    });
  });

  it('as an alias of a client is a key of the answer', async () => {
    const query = `{ ${key}: products { ${key}: name id reviews { ${key}: stars } } }`;
    shop.products.reply = ({ query: asked }) => {
      const [root, name] = [keyOf('products', asked), keyOf('name', asked)];
      return { body: `{"data":{"${root}":[{"__typename":"Product","${name}":"Cup","id":"1"}]}}` };
    };
    shop.reviews.reply = ({ query: asked }) => ({
      body: `{"data":{"_entities":[{"reviews":[{"${keyOf('stars', asked)}":4}]}]}}`,
    });

    expect(await askTwice({ query })).toBe(`{"data":{"${key}":[{"${key}":"Cup","id":"1","reviews":[{"${key}":4}]}]}}`);
  });

  it('as an alias is null, not inherited, where a subgraph leaves it out', async () => {
    shop.products.reply = () => ({ body: '{"data":{"products":[{"id":"1"}]}}' });

    expect(await askTwice({ query: `{ products { id ${key}: name } }` })).toBe(
      `{"data":{"products":[{"id":"1","${key}":null}]}}`,
    );
  });

  it('as a variable, used or not, is no more than a variable', async () => {
    shop.products.reply = () => ({ body: '{"data":{"rename":{"__typename":"Product","name":"Cup"}}}' });
    const query = `mutation ($${key}: String!) { rename(name: $${key}) { name } }`;
    const body = `{"query":${JSON.stringify(query)},"variables":{"${key}":"Cup","other":${EVIL}}}`;

    expect(await ask(body)).toBe('{"data":{"rename":{"name":"Cup"}}}');
    expect(Object.entries(shop.products.requests[0]?.variables ?? {})).toEqual([[key, 'Cup']]);
  });

  it('beside the query of a request is nothing', async () => {
    shop.products.reply = () => ({ body: '{"data":{"products":[{"id":"1"}]}}' });
    const body = `{"query":"{ products { id } } # beside","${key}":${EVIL},"variables":{"${key}":${EVIL}}}`;

    expect(await ask(body)).toBe('{"data":{"products":[{"id":"1"}]}}');
  });
});
