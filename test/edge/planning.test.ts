import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultLimits, limitNames, type OperationLimits } from '@tributary/gateway/limits/operation-limits';
import { defaultPlanningLimits } from '@tributary/gateway/limits/planner-limits';
import { type ShopGateway, startShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { type StubSubgraph, startStubSubgraph } from '@tributary/gateway/testing/stub-subgraph';
import { getIntrospectionQuery } from 'graphql';
import { ENDLESS_OPERATION, writeWideSupergraph } from './wide-supergraph.ts';

const KNOWN = '{ things { id } }';

/** Limits of documents that let everything pass, so that nothing but those of planning are left. */
const measuring: OperationLimits = { ...defaultLimits };
for (const name of limitNames) {
  Object.assign(measuring, { [name]: { ...defaultLimits[name], isEnforced: false } });
}

let folder: string;
let supergraphFile: string;
let things: StubSubgraph;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-planning-'));
  supergraphFile = await writeWideSupergraph(folder);
  things = await startStubSubgraph(() => ({ body: { data: { things: [{ __typename: 'T1', id: '1' }] } } }));
});
afterAll(async () => {
  await things?.stop();
  await rm(folder, { recursive: true });
});

let wide: ShopGateway;
afterEach(() => wide.stop());

async function start(planningLimits = defaultPlanningLimits) {
  const subgraphUrls = new Map([['SUBGRAPH_URL_THINGS0', things.url]]);
  wide = await startShopGateway({ supergraphFile, subgraphUrls, limits: measuring, planningLimits });
}

/** How many known operations are answered, one after the other, before `other` is. */
async function answersBefore(other: Promise<unknown>): Promise<number> {
  let isOver = false;
  void other.finally(() => {
    isOver = true;
  });
  for (let answers = 0; ; answers++) {
    const { status, answer } = await wide.ask(KNOWN);
    if (isOver) return answers;
    expect([status, answer]).toEqual([200, { data: { things: [{ id: '1' }] } }]);
  }
}

describe('an operation that explodes when it is planned', () => {
  it('is refused once it has taken its time, while others are answered as ever', async () => {
    await start();
    await wide.ask(KNOWN);

    const refused = wide.ask(ENDLESS_OPERATION);

    expect(await answersBefore(refused)).toBeGreaterThan(20);
    expect(await refused).toEqual({
      status: 400,
      answer: {
        errors: [
          {
            message: 'The limit is 800 ms of planning; the operation takes longer',
            extensions: { code: 'OPERATION_TOO_LARGE', limit: 'planningTime', maximum: 800 },
          },
        ],
      },
    });
  });

  it('is refused at once when it comes again, in other words too', async () => {
    const timeoutMs = 1_000;
    await start({ ...defaultPlanningLimits, timeoutMs });
    await wide.ask(ENDLESS_OPERATION);

    const startedAtMs = performance.now();
    for (let times = 1; times <= 20; times++) {
      const { status, answer } = await wide.ask(ENDLESS_OPERATION.replaceAll(' ', ' '.repeat(times)));
      expect([status, answer.errors[0]?.extensions]).toMatchObject([400, { limit: 'planningTime' }]);
    }

    expect(performance.now() - startedAtMs).toBeLessThan(20 * timeoutMs);
  });

  it('does not keep new operations from being planned', async () => {
    await start({ ...defaultPlanningLimits, timeoutMs: 600_000, heapMb: 1_024 });
    const endless = new AbortController();
    const pending = fetch(`${wide.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: ENDLESS_OPERATION }),
      signal: endless.signal,
    });

    const { answer } = await wide.ask('{ things { id ... on T2 { size0 } } }');
    endless.abort();

    expect(answer).toEqual({ data: { things: [{ id: '1' }] } });
    await expect(pending).rejects.toThrow('aborted');
  });
});

describe('a planner with too much to do', () => {
  it('says when to come back', async () => {
    await start({ ...defaultPlanningLimits, waitingOperations: 0 });

    const response = await wide.post({ query: KNOWN });

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'PLANNER_BUSY' } }] });
  });
});

describe('introspection that Apollo does not know', () => {
  it('is answered', async () => {
    await start();

    const { status, answer } = await wide.ask(getIntrospectionQuery({ oneOf: true }));

    expect([status, answer]).toEqual([
      200,
      { data: { __schema: expect.objectContaining({ queryType: { name: 'Query', kind: 'OBJECT' } }) } },
    ]);
  });
});
