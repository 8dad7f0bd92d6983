import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ShopGateway, startShopGateway } from '../testing/shop-gateway.ts';

const ORIGIN = 'https://shop.example';
const STUDIO = 'https://studio.apollographql.com';

let development: ShopGateway;
let production: ShopGateway;
beforeAll(async () => {
  development = await startShopGateway({ allowedOrigins: [ORIGIN] });
  production = await startShopGateway({ allowedOrigins: [ORIGIN], isDevelopment: false });
});
afterAll(() => Promise.all([development.stop(), production.stop()]));

describe('bad input', () => {
  type Send = () => Promise<Response>;
  const post = (body: object | string): Send => {
    return () => production.post(body, { accept: 'application/graphql-response+json' });
  };
  const get = (search: string): Send => {
    return () => fetch(`${production.url}/graphql${search}`, { headers: { 'apollo-require-preflight': '1' } });
  };

  it.each<[string, Send, number, string]>([
    ['JSON that is cut off', post('{"query":'), 400, 'MALFORMED_JSON'],
    ['an empty body', post(''), 400, 'MALFORMED_JSON'],
    ['a batch', post([{ query: '{ products { name } }' }]), 400, 'BATCHING_DISABLED'],
    ['an object without a query', post({}), 400, 'BAD_REQUEST'],
    ['a query that is no text', post({ query: 1 }), 400, 'BAD_REQUEST'],
    ['variables that are a list', post({ query: '{ products { name } }', variables: [1] }), 400, 'BAD_REQUEST'],
    ['a document that is not GraphQL', post({ query: '{ products {' }), 400, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', post({ query: '{ products { nam } }' }), 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['introspection', post({ query: '{ __schema { types { name } } }' }), 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a variable of the wrong type',
      post({ query: 'mutation ($name: String!) { rename(name: $name) { name } }', variables: { name: { a: 1 } } }),
      400,
      'BAD_USER_INPUT',
    ],
    [
      'a variable that is missing',
      post({ query: 'mutation ($name: String!) { rename(name: $name) { name } }' }),
      400,
      'BAD_USER_INPUT',
    ],
    [
      'an operation name that does not exist',
      post({ query: 'query A { products { name } }', operationName: 'B' }),
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['a body of 5 MB', post({ query: `{ products { name } } # ${'x'.repeat(5_000_000)}` }), 413, 'BODY_TOO_LARGE'],
    [
      'a mutation by GET',
      get(`?query=${encodeURIComponent('mutation { rename(name: "x") { name } }')}`),
      405,
      'BAD_REQUEST',
    ],
    ['a GET without a query', get(''), 400, 'BAD_REQUEST'],
    [
      'a GET that a page of another site could send',
      () => fetch(`${production.url}/graphql?query={products{name}}`, { headers: { cookie: 'a=b' } }),
      403,
      'CROSS_SITE_REQUEST',
    ],
    [
      'a form',
      () => fetch(`${production.url}/graphql`, { method: 'POST', body: new URLSearchParams({ query: '{ a }' }) }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['another path', () => fetch(`${production.url}/other`), 404, 'NOT_FOUND'],
    ['another method', () => fetch(`${production.url}/graphql`, { method: 'DELETE' }), 405, 'METHOD_NOT_ALLOWED'],
  ])('%s is answered with a status and a code, without a stack', async (_case, send, status, code) => {
    const response = await send();
    const text = await response.text();

    expect([response.status, JSON.parse(text).errors[0].extensions.code]).toEqual([status, code]);
    expect(text).not.toMatch(/stacktrace|node_modules|\.ts:/);
  });

  it('reaches no subgraph and is not logged as a defect', () => {
    expect(production.products.requests).toHaveLength(0);
    expect(production.logLines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });
});

describe('what production keeps to itself', () => {
  const misspelt = { query: '{ product { name } }' };

  it.each([
    ['development', () => development, true],
    ['production', () => production, false],
  ])('in %s a suggestion for a misspelt field is given: %s', async (_mode, shop, isGiven) => {
    const answer = await (await shop().post(misspelt)).text();

    expect(answer.includes('Did you mean')).toBe(isGiven);
  });

  it('is the schema; development shows it', async () => {
    const answer = await (await development.post({ query: '{ __schema { queryType { name } } }' })).json();

    expect(answer).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
  });

  it('is the landing page', async () => {
    expect((await fetch(production.url)).status).toBe(404);
  });
});

describe('the landing page', () => {
  it.each(['/', '/graphql'])('opens Sandbox at %s, on the endpoint of the graph', async (path) => {
    const response = await fetch(development.url + path, { headers: { accept: 'text/html,*/*;q=0.8' } });
    const page = await response.text();

    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    expect(page).toContain("const endpoint = new URL('/graphql', window.location.href).href;");
    expect(page).toContain('initialEndpoint: endpoint');
  });

  it('may show Sandbox, run its own scripts and be framed by nobody; an answer may do nothing', async () => {
    const policyAt = async (path: string, accept: string) =>
      (await fetch(development.url + path, { headers: { accept } })).headers.get('content-security-policy');
    const policies = await Promise.all(['/', '/graphql'].map((path) => policyAt(path, 'text/html,*/*;q=0.8')));

    expect(new Set(policies).size).toBe(1);
    expect(policies[0]).toMatch(
      /^default-src 'none'; script-src 'self' 'sha256-[^']+' https:\/\/embeddable-sandbox[^; ]+; /,
    );
    expect(policies[0]).toContain("; frame-ancestors 'none'; ");
    // The explorer's editor sets styles on what it draws.
    expect(policies[0]?.replace("style-src 'self' 'unsafe-inline';", '')).not.toContain('unsafe');
    expect(await policyAt('/graphql?query={__typename}', 'application/json')).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
  });
});

describe('a preflight', () => {
  it.each<[string, string, () => ShopGateway, boolean]>([
    ['a configured origin', ORIGIN, () => production, true],
    ['Studio in development', STUDIO, () => development, true],
    ['Studio in production', STUDIO, () => production, false],
    ['another origin', 'https://evil.example', () => development, false],
    ['an origin that only begins like ours', `${ORIGIN}.evil.example`, () => production, false],
    ['no origin at all', 'null', () => development, false],
  ])('of %s', async (_case, origin, shop, isAllowed) => {
    const response = await fetch(`${shop().url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-tributary-explain',
      },
    });

    expect(response.status).toBe(isAllowed ? 204 : 403);
    expect(response.headers.get('access-control-allow-origin')).toBe(isAllowed ? origin : null);
    const headers = response.headers.get('access-control-allow-headers')?.split(', ') ?? [];
    expect(['x-tributary-explain', 'traceparent', 'tracestate'].map((name) => headers.includes(name))).toEqual(
      Array(3).fill(isAllowed),
    );
  });

  it('is followed by an answer whose request id the page can read', async () => {
    const response = await production.post({ query: '{ products { name } }' }, { origin: ORIGIN });

    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(response.headers.get('access-control-expose-headers')).toContain('x-request-id');
  });
});
