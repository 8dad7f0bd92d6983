import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { createCapturedLogger } from '@tributary/runtime/testing/captured-logger';
import { createExplainRecorder } from '../explain/explain-recorder.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { defaultLimits } from '../limits/operation-limits.ts';
import { type ShopGateway, startShopGateway } from '../testing/shop-gateway.ts';
import { type BatchRequest, createBatchExecutor } from './batch.ts';

let shop: ShopGateway;

beforeAll(async () => {
  const limits = { ...defaultLimits, aliases: { maximum: 1, isEnforced: true } };
  shop = await startShopGateway({ batchLimit: 4, limits });
});
beforeEach(() => {
  shop.products.requests.length = 0;
  shop.reviews.requests.length = 0;
});
afterAll(() => shop.stop());

const products = { query: '{ products { name } }' };
const best = { query: '{ bestReview { stars } }' };
const productsAnswer = { data: { products: [{ name: 'Product 1' }, { name: 'Product 2' }] } };
const bestAnswer = { data: { bestReview: { stars: 5 } } };

/** Status and body of the answer to a batch, and how many requests each subgraph got for it. */
async function send(operations: unknown[], headers: Record<string, string> = {}) {
  const response = await shop.post(operations, headers);
  const { status } = response;
  return {
    status,
    type: response.headers.get('content-type'),
    body: await response.json(),
    fetches: [shop.products.requests.length, shop.reviews.requests.length],
  };
}

describe('a batch', () => {
  it.each(['the first time', 'when its operations are known'])('is answered in order, %s', async () => {
    expect(await send([best, products, best])).toEqual({
      status: 200,
      type: 'application/json; charset=utf-8',
      body: [bestAnswer, productsAnswer, bestAnswer],
      fetches: [1, 2],
    });
  });

  it('of one operation is answered with a list of one', async () => {
    expect(await send([products])).toMatchObject({ status: 200, body: [productsAnswer] });
  });

  it('gives each failing operation an error of its own, and the others their answers', async () => {
    const { status, body, fetches } = await send([{ query: '{ products {' }, products, null, { query: '{ nothing }' }]);
    const codeOf = (code: string) => ({ errors: [expect.objectContaining({ extensions: { code } })] });
    expect({ status, body, fetches }).toEqual({
      status: 200,
      body: [
        codeOf('GRAPHQL_PARSE_FAILED'),
        productsAnswer,
        codeOf('BAD_REQUEST'),
        codeOf('GRAPHQL_VALIDATION_FAILED'),
      ],
      fetches: [1, 0],
    });
  });

  it('is not a way around the limits of an operation, nor do its operations share them', async () => {
    const one = { query: '{ products { alias: name } }' };
    const two = { query: '{ products { a: name b: name } }' };
    const { body, fetches } = await send([one, two, one]);
    expect(body).toEqual([
      { data: expect.anything() },
      { errors: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'OPERATION_TOO_LARGE' }) })] },
      { data: expect.anything() },
    ]);
    expect(fetches).toEqual([2, 0]);
  });

  it('explains each operation apart', async () => {
    const { body } = await send([products, best], { 'x-tributary-explain': '1' });
    const askedOf = (subgraph: string) => ({
      extensions: { explain: { fetches: [{ subgraph }], totals: { fetches: 1 } } },
    });
    expect(body).toMatchObject([askedOf('products'), askedOf('reviews')]);
  });

  it.each<[string, unknown[], object]>([
    ['more operations than are allowed', Array(5).fill(products), { code: 'BATCH_TOO_LARGE', maximum: 4 }],
    ['none', [], { code: 'BAD_REQUEST' }],
  ])('of %s is refused as a whole', async (_, operations, extensions) => {
    expect(await send(operations)).toMatchObject({ status: 400, body: { errors: [{ extensions }] }, fetches: [0, 0] });
  });

  it('cannot hold a batch', async () => {
    const { body, fetches } = await send([[products, products], products]);
    expect(body).toEqual([
      { errors: [expect.objectContaining({ extensions: { code: 'BAD_REQUEST' } })] },
      productsAnswer,
    ]);
    expect(fetches).toEqual([1, 0]);
  });
});

describe('createBatchExecutor', () => {
  const context: GatewayContext = {
    requestId: 'r',
    viewer: { userId: 'usr_1', role: 'CUSTOMER', scopes: [], sessionId: 'ses_1' },
    subgraphHeaders: () => ['x-tributary-viewer', 'of one caller'],
    explain: createExplainRecorder(),
  };
  const request = (body: unknown[]): BatchRequest => ({
    method: 'POST',
    path: '/graphql',
    search: '',
    headers: new Map(),
    body,
    requestId: 'r',
    signal: { aborted: false, toAbortSignal: () => new AbortController().signal },
  });

  it('gives every operation what is known of the request, and an explanation of its own', async () => {
    const contexts: GatewayContext[] = [];
    const execute = createBatchExecutor({
      limit: 2,
      logger: createCapturedLogger().logger,
      execute: async (_, given) => {
        contexts.push(given);
        return { status: 200, headers: [], body: '{}' };
      },
    });
    await execute(request([products, best]), context);
    for (const { viewer, subgraphHeaders } of contexts) {
      expect([viewer, subgraphHeaders]).toEqual([context.viewer, context.subgraphHeaders]);
      expect(viewer).toBe(context.viewer);
    }
    expect(new Set([context, ...contexts].map(({ explain }) => explain)).size).toBe(3);
  });

  it('executes side by side, and answers in order', async () => {
    const isSecondDone = Promise.withResolvers<void>();
    const execute = createBatchExecutor({
      limit: 2,
      logger: createCapturedLogger().logger,
      execute: async ({ body }) => {
        if (body === products) await isSecondDone.promise;
        else isSecondDone.resolve();
        return { status: 200, headers: [], body: JSON.stringify(body) };
      },
    });
    const { body } = await execute(request([products, best]), context);
    expect(JSON.parse(String(body))).toEqual([products, best]);
  });

  it('answers for an operation that throws, and masks what is a defect', async () => {
    const thrown = [new CodedError('SUBGRAPH_TIMEOUT', 'too late'), new Error('hunter2')];
    const { logger, lines } = createCapturedLogger();
    const execute = createBatchExecutor({
      limit: 3,
      logger,
      execute: async () => {
        const error = thrown.shift();
        if (error) throw error;
        return { status: 200, headers: [], body: Buffer.from('{"data":{}}\n') };
      },
    });
    const { body } = await execute(request([products, best, products]), context);
    expect(String(body)).not.toContain('hunter2');
    expect(JSON.parse(String(body))).toMatchObject([
      { errors: [{ extensions: { code: 'SUBGRAPH_TIMEOUT' } }] },
      { errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR', reference: expect.any(String) } }] },
      { data: {} },
    ]);
    expect(lines).toHaveLength(1);
  });
});
