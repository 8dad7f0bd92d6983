import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Gateway } from '@tributary/gateway/gateway';
import { CATALOG_LOGICAL_SHARD, composeId, ID_EPOCH_MS } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { createCapturedLogger } from '@tributary/runtime/testing/captured-logger';
import { createAccessTokenSigner } from '@tributary/subgraph-accounts/access-token';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';

const { logger, lines } = createCapturedLogger();
const PRODUCT = 'query Product($id: ID!) { product(id: $id) { id } }';
const PAGE = 'query Page($first: Int, $after: String) { products(first: $first, after: $after) { nodes { id } } }';
const ME = '{ me { id } }';
const firstIdOfCatalog = composeId({ timeMs: ID_EPOCH_MS, logicalShard: CATALOG_LOGICAL_SHARD, sequence: 0 });
/** Lines of a stack, word of it, paths of files, SQL, and the names of what we are made of. */
const LEAKS = /\\n +at |stacktrace|call stack|node_modules|\.[cm]?[jt]s:\d|select .* from|prisma|postgres/i;

let graph: TestGraph;
let development: Gateway;
let goodToken: string;

beforeAll(async () => {
  graph = await startTestGraph({ name: 'bad_input', isDevelopment: false, logger });
  development = await graph.startGateway({ isDevelopment: true });
  goodToken = await graph.logIn('demo@tributary.example');
}, 120_000);
afterAll(() => graph?.stop());

type Send = (url: string) => Promise<Response>;

const post =
  (body: unknown, headers: Record<string, string> = {}): Send =>
  (url) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { accept: 'application/graphql-response+json', 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
const ask = (query: string, variables: Record<string, unknown> = {}): Send => post({ query, variables });
const get =
  (path: string, headers: Record<string, string> = {}): Send =>
  (url) =>
    fetch(url + path, { headers });
const getGraphql = (query: string) =>
  get(`/graphql?query=${encodeURIComponent(query)}`, { 'apollo-require-preflight': '1' });
const withToken =
  (makeToken: () => Promise<string> | string): Send =>
  async (url) =>
    post({ query: ME }, { authorization: `Bearer ${await makeToken()}` })(url);

/** What was sent, how, and the HTTP status and the code of the first error that answer it; `null` for data without errors. */
type Case = [what: string, send: Send, status: number, code: string | null];

const requests: Case[] = [
  ['JSON that is cut off', post('{"query":'), 400, 'MALFORMED_JSON'],
  ['text that is no JSON', post('hello'), 400, 'MALFORMED_JSON'],
  ['an empty body', post(''), 400, 'MALFORMED_JSON'],
  ['a JSON text', post('"{ me { id } }"'), 400, 'BAD_REQUEST'],
  ['null', post('null'), 400, 'BAD_REQUEST'],
  ['a batch', post([{ query: ME }, { query: ME }]), 400, 'BATCHING_DISABLED'],
  ['no query', post({}), 400, 'BAD_REQUEST'],
  ['a query that is a number', post({ query: 7 }), 400, 'BAD_REQUEST'],
  ['variables that are a list', post({ query: ME, variables: [] }), 400, 'BAD_REQUEST'],
  ['extensions that are a text', post({ query: ME, extensions: 'x' }), 400, 'BAD_REQUEST'],
  ['a body of 5 MB', post({ query: `${ME} # ${'x'.repeat(5_000_000)}` }), 413, 'BODY_TOO_LARGE'],
  ['a form', post('query=x', { 'content-type': 'application/x-www-form-urlencoded' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['plain text', post({ query: ME }, { 'content-type': 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['a content type that is none', post({ query: ME }, { 'content-type': ';;;' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['a mutation by GET', getGraphql('mutation { logOut { ended } }'), 405, 'BAD_REQUEST'],
  ['a GET without a query', get('/graphql', { 'apollo-require-preflight': '1' }), 400, 'BAD_REQUEST'],
  [
    'a GET that any page could send',
    get('/graphql?query={me{id}}', { cookie: 'session=1' }),
    403,
    'CROSS_SITE_REQUEST',
  ],
  ['an unknown path', get('/graphql/../admin/.env'), 404, 'NOT_FOUND'],
  ['a path that is no UTF-8', get('/%ff%fe'), 404, 'NOT_FOUND'],
  ['a method that is not known here', (url) => fetch(`${url}/graphql`, { method: 'PUT' }), 405, 'METHOD_NOT_ALLOWED'],
];

const operations: Case[] = [
  ['text that is no GraphQL', ask('{ me { '), 400, 'GRAPHQL_PARSE_FAILED'],
  ['50,000 fields in each other, unclosed', ask('{a'.repeat(50_000)), 400, 'OPERATION_TOO_LARGE'],
  ['500 fields in each other', ask('{a'.repeat(500) + '}'.repeat(500)), 400, 'OPERATION_TOO_LARGE'],
  ['50,000 lists in each other', ask(`{ search(text: ${'['.repeat(50_000)}`), 400, 'OPERATION_TOO_LARGE'],
  [
    '20,000 aliases of an unknown field',
    ask(`{ ${Array.from({ length: 20_000 }, (_, n) => `a${n}:x`).join(' ')} }`),
    400,
    'OPERATION_TOO_LARGE',
  ],
  ['an unknown field', ask('{ me { passwordHash } }'), 400, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'an unknown field, asked for in the legacy media type',
    post({ query: '{ me { passwordHash } }' }, { accept: 'application/json' }),
    200,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['a fragment on itself', ask('{ me { ...A } } fragment A on User { ...A }'), 400, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'an operation that is not there',
    post({ query: 'query A { me { id } }', operationName: 'B' }),
    400,
    'OPERATION_RESOLUTION_FAILURE',
  ],
  ['a variable of the wrong type', ask(PAGE, { first: 'many' }), 400, 'BAD_USER_INPUT'],
  ['a variable that is missing', ask(PRODUCT), 400, 'BAD_USER_INPUT'],
  ['a number beyond an Int', ask(PAGE, { first: 2 ** 40 }), 400, 'BAD_USER_INPUT'],
  [
    'an id of another type',
    (url) => ask(PRODUCT, { id: encodeId('user', graph.seeded.customerId) })(url),
    200,
    'INVALID_ID',
  ],
  ['an id that is garbage', ask(PRODUCT, { id: "prd_' OR 1=1 --" }), 200, 'INVALID_ID'],
  ['an id of 10,000 characters', ask(PRODUCT, { id: `prd_${'0'.repeat(10_000)}` }), 200, 'INVALID_ID'],
  ['an id with a NUL', ask(PRODUCT, { id: 'prd_000000000000\u0000' }), 400, 'BAD_USER_INPUT'],
  [
    'a node id of a session',
    (url) =>
      ask('query ($id: ID!) { node(id: $id) { id } }', { id: encodeId('session', graph.seeded.customerId) })(url),
    200,
    'INVALID_ID',
  ],
  ['the id of nothing', ask(PRODUCT, { id: encodeId('product', firstIdOfCatalog) }), 200, null],
  ['an id on a shard where no product is', ask(PRODUCT, { id: 'prd_0000000000001' }), 200, 'INVALID_ID'],
  ['the highest id there can be', ask(PRODUCT, { id: 'prd_7zzzzzzzzzzzz' }), 200, null],
  ['a page of 1,000', ask(PAGE, { first: 1_000 }), 200, 'PAGE_SIZE_OUT_OF_RANGE'],
  ['a page of -1', ask(PAGE, { first: -1 }), 200, 'PAGE_SIZE_OUT_OF_RANGE'],
  ['a page of 0', ask(PAGE, { first: 0 }), 200, 'PAGE_SIZE_OUT_OF_RANGE'],
  ['a cursor that is garbage', ask(PAGE, { after: '💥' }), 200, 'INVALID_CURSOR'],
  [
    'a cursor that was tampered with',
    async (url) => ask(PAGE, { after: tamper(await someCursor()) })(url),
    200,
    'INVALID_CURSOR',
  ],
  [
    'a search with a NUL',
    ask('query ($text: String!) { search(text: $text) { __typename } }', { text: 'a\u0000b' }),
    400,
    'BAD_USER_INPUT',
  ],
  ['a search for nothing but operators', ask('{ search(text: "& | ! <-> ( \\\\ \' :*") { __typename } }'), 200, null],
];

const tokens: Case[] = [
  ['an expired token', withToken(() => sign({ issuedMs: Date.now() - 3_600_000 })), 401, 'TOKEN_EXPIRED'],
  [
    'a token that somebody else signed',
    withToken(() => sign({ privateKeyPem: strangersKeyPem() })),
    401,
    'TOKEN_INVALID',
  ],
  ['a token of another issuer', withToken(() => sign({ issuer: 'https://elsewhere.example' })), 401, 'TOKEN_INVALID'],
  ['a token for another audience', withToken(() => sign({ audience: 'elsewhere' })), 401, 'TOKEN_INVALID'],
  ['a token with `alg: none`', withToken(() => unsigned(goodToken)), 401, 'TOKEN_INVALID'],
  ['a token of a higher role under the old signature', withToken(() => promoted(goodToken)), 401, 'TOKEN_INVALID'],
  ['a token that is none', withToken(() => 'abc'), 401, 'TOKEN_INVALID'],
  ['a token of 6,000 characters', withToken(() => 'a.'.repeat(3_000)), 401, 'TOKEN_INVALID'],
  ['HTTP basic authentication', post({ query: ME }, { authorization: 'Basic ZGVtbzpkZW1v' }), 401, 'TOKEN_INVALID'],
];

const headers: Case[] = [
  [
    "a viewer header of the caller's own making",
    (url) => post({ query: ME }, { 'x-tributary-viewer': goodToken })(url),
    200,
    null,
  ],
  ['a request id with a line of its own', post({ query: ME }, { 'x-request-id': '{"level":"fatal"} %0a' }), 200, null],
  ['a request id of 5,000 characters', post({ query: ME }, { 'x-request-id': 'x'.repeat(5_000) }), 200, null],
  [
    'a prototype for a header',
    post({ query: ME }, { __proto__x: 'y', constructor: 'z', 'x-forwarded-for': "';--" }),
    200,
    null,
  ],
  [
    'a prototype for a variable',
    post(`{"query":"${ME}","variables":{"__proto__":{"a":1},"constructor":{}}}`),
    200,
    null,
  ],
];

describe('bad input is answered with a status and a code, and tells nothing of the inside:', () => {
  it.each([...requests, ...operations, ...tokens, ...headers])('%s', async (_what, send, status, code) => {
    const response = await send(graph.url);
    const text = await response.text();
    const [error] = JSON.parse(text).errors ?? [];
    expect([response.status, error?.extensions.code ?? null]).toEqual([status, code]);
    expect(text).not.toMatch(LEAKS);
    expect(response.headers.get('x-request-id')).toMatch(/^[\w.:-]{1,64}$/);
  });

  it('headers of 40,000 characters', async () => {
    const response = await post({ query: ME }, { 'x-long': 'x'.repeat(40_000) })(graph.url);
    const { errors } = JSON.parse(await response.text());
    expect([response.status, errors[0].extensions]).toEqual([431, { code: 'HEADERS_TOO_LARGE' }]);
  });
});

describe('production', () => {
  const INTROSPECTION = '{ __schema { queryType { name } } }';
  const MISSPELT = '{ me { displayNam } }';

  it('keeps its schema to itself; development shows it', async () => {
    const kept = await graph.ask({ query: INTROSPECTION });
    expect(kept).toMatchObject({ status: 200, errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    const shown = await ask(INTROSPECTION)(development.url);
    expect(await shown.json()).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
  });

  it('suggests no field for a misspelt one; development does', async () => {
    expect(await (await ask(MISSPELT)(graph.url)).text()).not.toContain('Did you mean');
    expect(await (await ask(MISSPELT)(development.url)).text()).toContain('Did you mean \\"displayName\\"');
  });

  it('explains nothing to an anonymous caller; development does', async () => {
    const explained = post({ query: ME }, { 'x-tributary-explain': '1' });
    expect(await (await explained(graph.url)).json()).not.toHaveProperty('extensions');
    expect(await (await explained(development.url)).json()).toHaveProperty('extensions.explain.queryPlan');
  });
});

describe('after all that', () => {
  it('nothing was logged as a defect, and no token was', () => {
    const isOfRequest = (line: object) => 'requestId' in line || 'reference' in line;
    expect(
      lines.filter((line) => line['level'] === 'fatal' || (line['level'] === 'error' && isOfRequest(line))),
    ).toEqual([]);
    expect(JSON.stringify(lines)).not.toContain(goodToken);
  });

  it('the gateway answers and is ready', async () => {
    const { data } = await graph.ask({ query: ME, token: goodToken });
    expect(data).toEqual({ me: { id: encodeId('user', graph.seeded.customerId) } });
    expect((await fetch(`${graph.url}/health/ready`)).status).toBe(200);
  });
});

async function sign(changes: { issuedMs?: number; privateKeyPem?: string; issuer?: string; audience?: string }) {
  const { issuedMs = Date.now(), ...keyAndIssuer } = changes;
  const { privateKeyPem, issuer, audience } = graph.tokens;
  const signer = await createAccessTokenSigner({ privateKeyPem, issuer, audience, ...keyAndIssuer });
  const { customerId: userId } = graph.seeded;
  return (await signer.sign({ userId, role: 'ADMIN', sessionId: userId }, new Date(issuedMs))).text;
}

function strangersKeyPem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function unsigned(token: string): string {
  const [, claims = ''] = token.split('.');
  return `${encodePart({ alg: 'none', typ: 'JWT' })}.${claims}.`;
}

function promoted(token: string): string {
  const [header, claims = '', signature] = token.split('.');
  const changed = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), role: 'ADMIN' };
  return [header, encodePart(changed), signature].join('.');
}

const encodePart = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

async function someCursor(): Promise<string> {
  const { data } = await graph.ask({ query: '{ products(first: 1) { pageInfo { endCursor } } }' });
  return data.products.pageInfo.endCursor;
}

/** Changes one character in the middle. */
function tamper(cursor: string): string {
  const middle = Math.floor(cursor.length / 2);
  return cursor.slice(0, middle) + (cursor[middle] === 'A' ? 'B' : 'A') + cursor.slice(middle + 1);
}
