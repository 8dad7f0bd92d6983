import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { viewerHeaderName } from '@tributary/runtime/signature/signature';
import { decodeCaller } from '@tributary/runtime/signature/vouched-caller';
import { keepable, startCachingShop } from '../testing/caching-shop.ts';
import type { ShopGateway } from '../testing/shop-gateway.ts';
import type { StubRequest } from '../testing/stub-subgraph.ts';
import { createTokenIssuer, type TokenIssuer } from '../testing/token-issuer.ts';

const QUERY = '{ products { name } }';
const BODY = { query: QUERY };

/** Tokens of one user that differ in what subgraphs are told, and of another one. */
const CLAIMS: readonly Record<string, unknown>[] = [
  {},
  { role: 'ADMIN' },
  { sid: 'ses_2' },
  { scope: 'orders:read' },
  { scope: 'orders:write' },
  { sub: 'usr_2' },
];

interface Caller {
  readonly headers: Record<string, string>;
  /** What the products are named for this caller. */
  readonly name: string;
}

let issuer: TokenIssuer;
let shop: ShopGateway;

function viewerText({ headers }: StubRequest): string {
  return JSON.stringify(decodeCaller(String(headers[viewerHeaderName])).viewer);
}

/** Products are named after whom they are for. */
function replyFor(cacheControl: string) {
  return (request: StubRequest) =>
    keepable(
      { body: { data: { products: [{ __typename: 'Product', id: '1', name: viewerText(request) }] } } },
      cacheControl,
      [],
    );
}

async function callers(): Promise<Caller[]> {
  const anonymous = { headers: {}, name: 'null' };
  const others = CLAIMS.map(async (changes) => {
    const { sub: userId, role, sid: sessionId, scope } = { ...issuer.claims, ...changes } as Record<string, unknown>;
    const viewer = { userId, role, sessionId, scopes: scope === undefined ? [] : [scope] };
    return { headers: { authorization: `Bearer ${await issuer.sign(changes)}` }, name: JSON.stringify(viewer) };
  });
  return [anonymous, ...(await Promise.all(others))];
}

async function nameIn(response: Response): Promise<string> {
  const { data } = (await response.json()) as { data: { products: { name: string }[] } };
  return data.products[0]?.name ?? '';
}

function get(headers: Record<string, string>): Promise<Response> {
  return fetch(`${shop.url}/graphql?query=${encodeURIComponent(QUERY)}`, { headers });
}

beforeEach(async () => {
  issuer = await createTokenIssuer();
  shop = await startCachingShop({
    tokens: issuer.options,
    signingKeys: ['k'.repeat(32)],
    batchLimit: 2,
    isDevelopment: false,
    answerCache: { staleMs: 60_000, staleIfErrorMs: 60_000 },
  });
  shop.products.reply = replyFor('max-age=60, private');
});
afterEach(async () => {
  await shop.stop();
  await issuer.stop();
});

describe('private answers', () => {
  it('go to nobody but whom they were made for, when all ask for the same at the same time from the start', async () => {
    const all = await callers();
    for (let round = 0; round < 20; round++) {
      const names = await Promise.all(all.map(async ({ headers }) => nameIn(await shop.post(BODY, headers))));
      expect(names).toEqual(all.map(({ name }) => name));
    }
    // Otherwise nothing was kept, and the rounds show nothing.
    expect(shop.products.requests.length).toBeLessThan(3 * all.length);
  });

  it('go to nobody else by any way: pipeline, short cut, bytes, GET and batch', async () => {
    const all = await callers();
    for (let round = 0; round < 4; round++) {
      for (const { headers, name } of all) {
        const post = await shop.post(BODY, headers);
        expect(post.headers.get('cache-control')).toMatch(/^(private, max-age=60|no-store)$/);
        expect(await nameIn(post)).toBe(name);
        expect(await nameIn(await get(headers))).toBe(name);
        const [first, second] = (await (await shop.post([BODY, BODY], headers)).json()) as {
          data: { products: { name: string }[] };
        }[];
        expect([first?.data.products[0]?.name, second?.data.products[0]?.name]).toEqual([name, name]);
      }
    }
    expect(shop.products.requests.length).toBeLessThan(5 * all.length);
  });

  it('are not said to be known to a client that knows the one of somebody else', async () => {
    const all = await callers();
    const tags: string[] = [];
    for (const { headers } of all) {
      await get(headers);
      tags.push((await get(headers)).headers.get('etag') ?? '');
    }
    expect(new Set(tags).size).toBe(all.length);
    for (const [index, { headers, name }] of all.entries()) {
      const others = tags.filter((_, other) => other !== index).join(', ');
      const response = await get({ ...headers, 'if-none-match': others });
      expect([response.status, await nameIn(response)]).toEqual([200, name]);
      expect((await get({ ...headers, 'if-none-match': tags[index] ?? '' })).status).toBe(304);
    }
  });

  it('are kept apart by browsers, whose users log out and in', async () => {
    const [, someone] = await callers();
    await get(someone?.headers ?? {});
    const { headers } = await get(someone?.headers ?? {});
    expect(headers.get('vary')?.split(', ')).toContain('Authorization');
    expect(headers.get('cache-tag')).toBeNull();
  });
});

describe('public answers', () => {
  it('are everybody’s, whoever they were made for', async () => {
    shop.products.reply = replyFor('max-age=60, public');
    const all = await callers();
    await shop.post(BODY);
    for (const { headers } of all) expect(await nameIn(await shop.post(BODY, headers))).toBe('null');
    expect(shop.products.requests).toHaveLength(1);
  });

  it('are refused to a token that does not count, however often they were asked for', async () => {
    shop.products.reply = replyFor('max-age=60, public');
    for (const _ of [1, 2, 3]) await shop.post(BODY);
    const expired = await issuer.sign({ exp: 1_000 });
    for (const token of ['rubbish', expired]) {
      const response = await shop.post(BODY, { authorization: `Bearer ${token}` });
      expect([response.status, response.headers.get('etag')]).toEqual([401, null]);
      expect(await response.text()).not.toContain('products');
    }
  });
});
