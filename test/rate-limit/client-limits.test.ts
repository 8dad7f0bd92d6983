import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { createTokenIssuer } from '@tributary/gateway/testing/token-issuer';
import { limitsOf, remainingOf, startLimitedGateway, statusesOf } from './limited-gateways.ts';

const QUERY = '{ products { name } }';
const CLIENT = { 'x-forwarded-for': '192.0.2.1' };

let gateway: ShopGateway;
afterEach(() => gateway.stop());

async function ask(headers: Record<string, string> = CLIENT, query = QUERY): Promise<Response> {
  const response = await gateway.post({ query }, headers);
  await response.clone().arrayBuffer();
  return response;
}

/** What a request spends. */
async function spentBy(request: () => Promise<Response>, headers = CLIENT): Promise<number> {
  const nothing = { query: '{' };
  const before = remainingOf(await gateway.post(nothing, headers));
  await (await request()).arrayBuffer();
  return before - remainingOf(await gateway.post(nothing, headers)) - 1;
}

/** Asks and leaves once a subgraph was asked; resolves when the subgraph has heard of it. */
async function leaveEarly(): Promise<void> {
  const reached = Promise.withResolvers<void>();
  gateway.products.reply = () => {
    reached.resolve();
    return 'never';
  };
  const aborter = new AbortController();
  const answer = fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...CLIENT },
    body: JSON.stringify({ query: QUERY }),
    signal: aborter.signal,
  });
  const failed = expect(answer).rejects.toThrow('aborted');
  const cutOffs = gateway.products.cutOffs + 1;
  await reached.promise;
  aborter.abort();
  await failed;
  while (gateway.products.cutOffs < cutOffs) await nextTurn();
}

describe('a client that has spent its tokens', () => {
  it('is refused with 429, a code and when to come back, and no subgraph is asked', async () => {
    gateway = await startLimitedGateway(limitsOf({ anonymous: 12 }));
    const first = await ask();
    expect(first.status).toBe(200);
    expect([first.headers.get('ratelimit-policy'), first.headers.get('ratelimit')]).toEqual([
      '"anonymous";q=12;qu="cost";w=36000',
      expect.stringMatching(/^"anonymous";r=9;t=\d+$/),
    ]);

    const refused = await ask();
    expect(refused.status).toBe(429);
    const retryAfter = Number(refused.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(5_000);
    expect(await refused.json()).toEqual({
      errors: [
        {
          message: 'This client has asked for more than anonymous clients may',
          extensions: { code: 'RATE_LIMITED', retryAfterSeconds: retryAfter, limit: 12, windowSeconds: 36_000 },
        },
      ],
    });
    expect(gateway.products.requests).toHaveLength(1);
  });

  it('is refused in the same way where its operation is known', async () => {
    gateway = await startLimitedGateway(limitsOf({ anonymous: 16 }));
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    const refused = await ask();

    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
    expect(gateway.products.requests).toHaveLength(2);
  });

  it('is answered when it comes back as it was told', async () => {
    const limits = new Map([['anonymous', { capacity: 12, windowMs: 600 }]]);
    gateway = await startLimitedGateway({ ...limitsOf({}), limits });
    let response = await ask();
    for (let index = 0; index < 50 && response.status !== 429; index++) response = await ask();
    expect(response.status).toBe(429);

    await delay(Number(response.headers.get('retry-after')) * 1_000);
    expect((await ask()).status).toBe(200);
  });
});

describe('a request spends', () => {
  it('what it costs: an operation by itself, and what it gave, not what it might have', async () => {
    gateway = await startLimitedGateway(limitsOf({ anonymous: 1_000 }));
    const request = () => ask();

    expect(await spentBy(request)).toBe(1 + 2);
    expect(await spentBy(request)).toBe(1 + 2);
  });

  it('what it might have cost, when a subgraph gave no answer in time', async () => {
    gateway = await startLimitedGateway(limitsOf({ anonymous: 1_000 }), { subgraphTimeoutMs: 200 });
    gateway.products.reply = () => 'never';
    expect(await spentBy(() => ask())).toBe(1 + 10);
    expect(await spentBy(() => ask())).toBe(1 + 10);
  });

  it('what it might have cost, when its client leaves before it is answered', async () => {
    gateway = await startLimitedGateway(limitsOf({ anonymous: 1_000 }));
    const before = remainingOf(await ask(CLIENT, '{'));
    for (const spent of [1, 2]) {
      await leaveEarly();
      expect(before - remainingOf(await ask(CLIENT, '{'))).toBe(spent * (1 + 10 + 1));
    }
  });

  it('what it might have cost, when what a subgraph answered is of no use', async () => {
    gateway = await startLimitedGateway(limitsOf({ anonymous: 1_000 }));
    gateway.products.reply = () => ({ body: 'no answer of GraphQL' });
    expect(await spentBy(() => ask())).toBe(1 + 10);
  });

  it('little, when a subgraph could not be asked', async () => {
    gateway = await startLimitedGateway(limitsOf({ anonymous: 1_000 }));
    gateway.products.reply = () => 'reset';
    expect(await spentBy(() => ask())).toBe(1);
  });

  it('the operation alone, when it is none', async () => {
    gateway = await startLimitedGateway(limitsOf({ anonymous: 1_000 }));
    expect(await spentBy(() => ask(CLIENT, '{ nothing }'))).toBe(1);
  });

  it('for each alias', async () => {
    gateway = await startLimitedGateway(limitsOf({ anonymous: 1_000 }));
    gateway.products.reply = ({ query }) => {
      const products = [{ __typename: 'Product', id: '1', name: 'Cup' }];
      return {
        body: { data: Object.fromEntries([...query.matchAll(/(\w+): ?products/g)].map(([, key]) => [key, products])) },
      };
    };
    const aliases = Array.from({ length: 20 }, (_, index) => `a${index}: products { name }`);

    expect(await spentBy(() => ask(CLIENT, `{ ${aliases.join(' ')} }`))).toBe(1 + 20);
  });

  it('for each operation of a batch, of which none is executed when there are too few tokens for the list', async () => {
    gateway = await startLimitedGateway(limitsOf({ anonymous: 100 }), { batchLimit: 50 });
    const batch = (operations: number) =>
      gateway.post(
        Array.from({ length: operations }, () => ({ query: QUERY })),
        CLIENT,
      );

    expect(await spentBy(() => batch(2))).toBe(2 * (1 + 2));
    const [before, asked] = [remainingOf(await gateway.post({ query: '{' }, CLIENT)), gateway.products.requests.length];
    expect(before).toBeLessThan(93);
    await statusesOf(Array.from({ length: Math.ceil(before / 2) }, () => gateway.post({ query: '{' }, CLIENT)));
    expect((await batch(50)).status).toBe(429);
    expect(gateway.products.requests).toHaveLength(asked);
  });
});

describe('clients are told apart', () => {
  it('by their addresses, of which IPv6 has one for a whole network', async () => {
    gateway = await startLimitedGateway(limitsOf({ anonymous: 12 }));
    const ofNetwork = (last: string) => ask({ 'x-forwarded-for': `2001:db8:1:2::${last}` });

    expect([(await ofNetwork('1')).status, (await ofNetwork('2')).status]).toEqual([200, 429]);
    expect((await ask({ 'x-forwarded-for': '2001:db8:1:3::1' })).status).toBe(200);
  });

  it('by addresses that proxies of ours tell, and nobody else', async () => {
    gateway = await startLimitedGateway(limitsOf({ anonymous: 12 }), { trustedProxies: [] });

    expect((await ask({ 'x-forwarded-for': '192.0.2.1' })).status).toBe(200);
    expect((await ask({ 'x-forwarded-for': '192.0.2.2' })).status).toBe(429);
  });

  it('by their viewers, wherever those are, with the limit of their role', async () => {
    const issuer = await createTokenIssuer();
    gateway = await startLimitedGateway(limitsOf({ anonymous: 12, customer: 24 }), { tokens: issuer.options });
    const tokenOf = async (claims: Parameters<typeof issuer.sign>[0]) => ({
      authorization: `Bearer ${await issuer.sign(claims)}`,
    });
    const ada = await tokenOf({ sub: 'usr_000000000000a', role: 'CUSTOMER' });
    const responses = [
      await ask({ ...ada, ...CLIENT }),
      await ask({ ...ada, 'x-forwarded-for': '192.0.2.2' }),
      await ask({ ...ada, 'x-forwarded-for': '192.0.2.3' }),
      await ask({ ...ada, 'x-forwarded-for': '192.0.2.4' }),
      await ask(CLIENT),
      await ask({ ...(await tokenOf({ sub: 'usr_000000000000b', role: 'CUSTOMER' })), ...CLIENT }),
      await ask({ ...(await tokenOf({ sub: 'usr_000000000000c', role: 'ADMIN' })), ...CLIENT }),
    ];
    await issuer.stop();

    expect(responses.map(({ status, headers }) => `${status} ${headers.get('ratelimit')?.split(';')[0]}`)).toEqual([
      '200 "customer"',
      '200 "customer"',
      '200 "customer"',
      '200 "customer"',
      '200 "anonymous"',
      '200 "customer"',
      '200 undefined',
    ]);
    expect(responses.slice(0, 4).map(remainingOf)).toEqual([21, 18, 15, 12]);
  });

  it('by API keys that are known; any other says nothing', async () => {
    const apiKeys = new Map([
      ['partner', 'partner-key-0123456789'],
      ['shop', 'shop-key-0123456789'],
    ]);
    gateway = await startLimitedGateway(limitsOf({ anonymous: 12, key: 500, 'key:shop': 600 }, { apiKeys }));
    const policies = [];
    for (const key of ['partner-key-0123456789', 'shop-key-0123456789', 'made-up', 'made-up-too']) {
      const { status, headers } = await ask({ ...CLIENT, 'x-api-key': key });
      policies.push(`${status} ${headers.get('ratelimit-policy')?.split(';').slice(0, 2).join(';')}`);
    }

    expect(policies).toEqual([
      '200 "key";q=500',
      '200 "key:shop";q=600',
      '200 "anonymous";q=12',
      '429 "anonymous";q=12',
    ]);
  });

  it('also where their tokens are refused: to look at one costs as much as to accept it', async () => {
    const issuer = await createTokenIssuer();
    gateway = await startLimitedGateway(limitsOf({ anonymous: 2 }), { tokens: issuer.options });
    const wrong = { ...CLIENT, authorization: 'Bearer made.up.token' };
    const statuses = [(await ask(wrong)).status, (await ask(wrong)).status, (await ask(wrong)).status];
    await issuer.stop();

    expect(statuses).toEqual([401, 401, 429]);
  });
});
