import { HeaderMap } from '@apollo/server';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpRequest } from '@tributary/runtime/http/http-message';
import { currentWork } from '@tributary/runtime/request/request-work';
import { buildSchema, parse } from 'graphql';
import { createExplainRecorder } from '../explain/explain-recorder.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { type ShopGateway, startShopGateway } from '../testing/shop-gateway.ts';
import type { KnownOperation } from './known-operations.ts';
import { createShortCut } from './short-cut.ts';

let withShortCut: ShopGateway;
let without: ShopGateway;

beforeAll(async () => {
  withShortCut = await startShopGateway();
  without = await startShopGateway({ hasShortCut: false });
});
afterAll(() => Promise.all([withShortCut.stop(), without.stop()]));

const CURRENT = 'application/graphql-response+json';
const query =
  'query Products($isNamed: Boolean = true) { products { id name @include(if: $isNamed) reviews { stars } } }';

/** What a client sees of an answer. */
async function send(gateway: ShopGateway, body: object, headers: Record<string, string> = {}) {
  const response = await gateway.post(body, headers);
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    cacheControl: response.headers.get('cache-control'),
    body: await response.json(),
  };
}

describe('the short cut', () => {
  it.each<[string, object, Record<string, string>]>([
    ['a query', { query }, {}],
    ['a query with variables', { query, variables: { isNamed: false } }, {}],
    ['a query with an operation name', { query, operationName: 'Products' }, {}],
    ['a query in the current media type', { query }, { accept: CURRENT }],
    ['a query whose media type has to be negotiated', { query }, { accept: `text/html, ${CURRENT};q=0.5` }],
    ['a query that nothing is acceptable for', { query }, { accept: 'image/png' }],
    ['variables of the wrong type', { query, variables: { isNamed: 'perhaps' } }, {}],
    [
      'variables of the wrong type in the current media type',
      { query, variables: { isNamed: 1 } },
      { accept: CURRENT },
    ],
    ['variables that are a list', { query, variables: [] }, {}],
    ['an operation name that does not exist', { query, operationName: 'Other' }, {}],
    ['an empty operation name', { query, operationName: '' }, {}],
    ['a mutation', { query: 'mutation { rename(name: "Cup") { id name } }' }, {}],
    ['a query that does not parse', { query: '{ products {' }, {}],
    ['a query that is not valid', { query: '{ nothing }' }, {}],
  ])('answers %s as Apollo Server does, the first time and again', async (_, body, headers) => {
    const expected = await send(without, body, headers);
    expect(await send(withShortCut, body, headers)).toEqual(expected);
    expect(await send(withShortCut, body, headers)).toEqual(expected);
  });

  const mutation = 'mutation { rename(name: "Cup") { id name } }';

  it.each<[string, string]>([
    ['a query', `query=${encodeURIComponent(query)}`],
    ['variables and a name', `query=${encodeURIComponent(query)}&variables={"isNamed":false}&operationName=Products`],
    ['variables that are no JSON', `query=${encodeURIComponent(query)}&variables={`],
    ['variables that are null', `query=${encodeURIComponent(query)}&variables=null`],
    ['a query said twice', `query=${encodeURIComponent(query)}&query={products{id}}`],
    ['an empty name', `query=${encodeURIComponent(query)}&operationName=`],
    ['a mutation that is known from a POST', `query=${encodeURIComponent(mutation)}`],
  ])('answers a GET with %s as Apollo Server does, the first time and again', async (_, search) => {
    for (const gateway of [without, withShortCut]) await send(gateway, { query: mutation });
    const get = async ({ url, products }: ShopGateway) => {
      const before = products.requests.length;
      const response = await fetch(`${url}/graphql?${search}`);
      const { status, headers } = response;
      const fetches = products.requests.length - before;
      return { status, type: headers.get('content-type'), body: await response.json(), fetches };
    };
    const expected = await get(without);
    expect(await get(withShortCut)).toEqual(expected);
    expect(await get(withShortCut)).toEqual(expected);
  });

  it('shows and masks the errors of subgraphs as Apollo Server does', async () => {
    const failing = { query: '{ bestReview { stars } products { id reviews { stars } } }' };
    const answers = [];
    for (const gateway of [without, withShortCut, withShortCut]) {
      gateway.reviews.reply = () => ({ status: 500, body: 'out of order' });
      answers.push(await send(gateway, failing));
    }
    const [expected, ...others] = answers;
    expect(others).toEqual([expected, expected]);
  });
});

describe('createShortCut', () => {
  const schema = buildSchema('type Query { a: Int }');
  const known: KnownOperation = { schema, document: parse('{ a }'), operationName: undefined, isQuery: true };
  const request = (body: unknown, method = 'POST', search = ''): HttpRequest => ({
    method,
    path: '/graphql',
    search,
    headers: new HeaderMap(),
    body,
    requestId: 'r',
    signal: { aborted: false, toAbortSignal: () => new AbortController().signal },
  });
  const context: GatewayContext = { requestId: 'r', viewer: null, subgraphHeaders: () => [], explain: undefined };

  /** A short cut over a gateway that notes what it executes. */
  function create({ served = schema } = {}) {
    const executed: unknown[] = [];
    const shortCut = createShortCut({
      gateway: {
        isServing: (asked) => asked === served,
        answerInText: async ({ document, variables }) => {
          executed.push({ document, variables });
          return { dataText: '{"a":1}', errors: [] };
        },
      },
      knownOperations: { find: (query) => (query === '{ a }' ? known : undefined) },
      formatError: (formatted) => formatted,
    });
    return { shortCut, executed };
  }

  it('executes a known text at once', async () => {
    const { shortCut, executed } = create();
    const response = await shortCut(request({ query: '{ a }', variables: { x: 1 } }), context);
    expect(response).toMatchObject({ status: 200, body: '{"data":{"a":1}}' });
    expect(executed).toEqual([{ document: known.document, variables: { x: 1 } }]);
  });

  it('executes a known query of a GET at once', async () => {
    const { shortCut, executed } = create();
    const response = await shortCut(request(undefined, 'GET', '?query=%7B+a+%7D&variables={"x":1}'), context);
    expect(response).toMatchObject({ status: 200, body: '{"data":{"a":1}}' });
    expect(executed).toEqual([{ document: known.document, variables: { x: 1 } }]);
  });

  it('makes one body for all who share an answer, but not of errors, which may name their request', async () => {
    const [whole, failed] = [
      { dataText: '{"a":1}', errors: [] },
      { dataText: '{"a":null}', errors: [{ message: 'm', extensions: { code: 'X' } }] },
    ];
    const bodies = [];
    for (const answer of [whole, failed]) {
      const long = { ...answer, dataText: answer.dataText.padEnd(20_000) };
      const shortCut = createShortCut({
        gateway: { isServing: () => true, answerInText: async () => long },
        knownOperations: { find: () => known },
        formatError: () => ({ message: `${currentWork()?.requestId}` }),
      });
      const sharing = { caller: 'c', queryHeaders: () => [] };
      const ask = (requestId: string) => shortCut(request({ query: '{ a }' }), { ...context, requestId, sharing });
      bodies.push((await ask('r-1'))?.body, (await ask('r-2'))?.body);
    }

    expect(bodies[0]).toBeInstanceOf(Buffer);
    expect(bodies[1]).toBe(bodies[0]);
    expect(String(bodies[2])).toContain('r-1');
    expect(String(bodies[3])).toContain('r-2');
  });

  it('shows errors under the id of their request', async () => {
    const failure = { message: 'm', path: ['a'], extensions: { code: 'X' } };
    const shortCut = createShortCut({
      gateway: {
        isServing: () => true,
        answerInText: async () => ({ dataText: '{"a":null}', errors: [failure] }),
      },
      knownOperations: { find: () => known },
      formatError: ({ path }) => ({ message: `${currentWork()?.requestId}`, ...(path && { path }) }),
    });
    const response = await shortCut(request({ query: '{ a }' }), context);
    expect(response?.body).toBe('{"errors":[{"message":"r","path":["a"]}],"data":{"a":null}}');
  });

  it.each<[string, HttpRequest, GatewayContext]>([
    ['an unknown text', request({ query: '{ b }' }), context],
    ['a GET whose query is in a body', request({ query: '{ a }' }, 'GET'), context],
    ['a GET with extensions', request(undefined, 'GET', '?query={ a }&extensions={}'), context],
    ['a request with extensions', request({ query: '{ a }', extensions: { persistedQuery: {} } }), context],
    ['a query that is no text', request({ query: 1 }), context],
    ['an explained request', request({ query: '{ a }' }), { ...context, explain: createExplainRecorder() }],
  ])('leaves %s to Apollo Server', async (_, asked, given) => {
    const { shortCut, executed } = create();
    expect(await shortCut(asked, given)).toBeUndefined();
    expect(executed).toEqual([]);
  });

  it('leaves an operation that was let in on another version of the schema to Apollo Server', async () => {
    const { shortCut, executed } = create({ served: buildSchema('type Query { a: Int }') });
    expect(await shortCut(request({ query: '{ a }' }), context)).toBeUndefined();
    expect(executed).toEqual([]);
  });
});
