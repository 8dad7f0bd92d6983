import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readProtectedSupergraph } from '@tributary/gateway/authorisation/protected-supergraph';
import { defaultSubscriptionLimits } from '@tributary/gateway/subscriptions/subscription-limits';
import { openStream, type StreamClient } from '@tributary/gateway/testing/stream-client';
import { openViewerEvents } from '@tributary/runtime/viewer-events/open-viewer-events';
import { buildSchema, isObjectType } from 'graphql';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { eventually } from '../kit/eventually.ts';
import { type GraphAnswer, startTestGraph, type TestGraph } from '../kit/test-graph.ts';
import { createTestLogger } from '../kit/test-logger.ts';
import { type AccessRow, mutationRows, queryRows, subscriptionRows } from './access-rows.ts';
import { type AccessScene, setAccessScene } from './access-scene.ts';
import { streamsOf, type Way, waysTo } from './access-ways.ts';
import { type HeardOrders, hearOrders } from './heard-orders.ts';
import { type OwnedRow, ownedRows } from './owned-rows.ts';
import { accountHolderNames, tokenOf, type ViewerName, viewerNames } from './viewers.ts';

let redis: TestRedis;
let viewerEvents: Awaited<ReturnType<typeof openViewerEvents>>;
let graph: TestGraph;
let scene: AccessScene;
beforeAll(async () => {
  redis = await startTestRedis();
  viewerEvents = await openViewerEvents(redis.url, createTestLogger({ service: 'access_table', level: 'fatal' }));
  graph = await startTestGraph({ name: 'access_table', viewerEvents });
  scene = await setAccessScene(graph);
}, 120_000);
afterAll(async () => {
  await graph?.stop();
  await viewerEvents?.close();
  await redis?.close();
});

const allRows = [...queryRows, ...mutationRows, ...subscriptionRows];

/** A field reached in one way. */
interface Case {
  readonly row: AccessRow;
  readonly way: Way;
}

const casesOf = (rows: readonly AccessRow[], ways = waysTo): [string, string, Case][] =>
  rows.flatMap((row) => ways(typeOf(row)).map((way): [string, string, Case] => [row.field, way.name, { row, way }]));

describe('whoever may see a field does, and nobody else, in every way', () => {
  it.each(casesOf(queryRows))('%s by %s', async (_field, _way, { row, way }) => {
    const path = way.pathOf(fieldOf(row));
    const answers = await askAll({ row, way });

    for (const [viewer, { data, errors }] of answers) {
      const seen = { viewer, value: at(data, path), codes: errors.map(({ extensions }) => extensions.code) };
      if (row.allowed.includes(viewer)) {
        expect(seen).toEqual({ viewer, value: seen.value, codes: [] });
        expect([viewer, seen.value ?? 'nothing']).toEqual([viewer, seen.value]);
      } else if (row.unauthorised.includes(viewer)) {
        expect(seen).toEqual({ viewer, value: nothing(seen.value), codes: ['UNAUTHORIZED_FIELD_OR_TYPE'] });
        expect(isOnTheWay(errors[0]?.path ?? [], path)).toBe(true);
      } else {
        // A field that is not for others is forbidden; somebody else's object looks like one that is not there.
        expect(seen).toEqual({
          viewer,
          value: nothing(seen.value),
          codes: seen.codes.filter((code) => code === 'FORBIDDEN'),
        });
      }
    }
  });
});

describe('whoever may do something passes the gateway, and for anybody else no subgraph is asked', () => {
  it.each(casesOf(mutationRows))('%s by %s', async (_field, _way, { row, way }) => {
    const answers = await askAll({ row, way });

    for (const [viewer, { data, errors, explain }] of answers) {
      const refusals = errors.filter(({ extensions }) => extensions.code === 'UNAUTHORIZED_FIELD_OR_TYPE');
      const isRefused = row.unauthorised.includes(viewer);
      expect({ viewer, refused: refusals.map(({ path }) => path), fetches: explain?.fetches.length }).toEqual({
        viewer,
        refused: isRefused ? [way.pathOf(fieldOf(row))] : [],
        fetches: isRefused ? 0 : 1,
      });
      if (isRefused) expect([viewer, data]).toEqual([viewer, null]);
    }
  });
});

describe('what is theirs is for its owner alone, whatever else a token is good for', () => {
  it.each(ownedRows.map((row): [string, OwnedRow] => [row.field, row]))(
    '%s',
    async (_field, { document, outcomes }) => {
      const tokens: Readonly<Record<string, string | undefined>> = {
        ...scene.tokens,
        'other merchant': scene.otherMerchantToken,
      };
      const seen = Object.keys(outcomes).map(async (viewer) => {
        const token = tokens[viewer] ?? '';
        const { data, errors } = await graph.ask({ query: document(scene.objects), token });
        return [viewer, errors[0]?.extensions.code ?? data.result.__typename];
      });

      expect(Object.fromEntries(await Promise.all(seen))).toEqual(outcomes);
    },
  );
});

describe('whoever may subscribe hears of what is theirs alone, without what they may not see', () => {
  const cases = [...casesOf(subscriptionRows), ...casesOf(queryRows, streamsOf)];
  let orders: HeardOrders;
  let oneScope: StreamClient;
  beforeAll(async () => {
    const subscriptionLimits = { ...defaultSubscriptionLimits, perViewer: cases.length + 1 };
    const { url } = await graph.startGateway({ viewerEvents, subscriptionLimits });
    const documents = cases.map(([, , { row, way }]) => way.document(selectionOf(row), scene.objects));
    const token = await tokenOf(graph, { id: scene.objects.customer, role: 'CUSTOMER' }, ['notifications:read']);
    oneScope = await openStream(url, {
      query: 'subscription { notificationReceived { kind subject { ... on Order { id status } } } }',
      headers: { authorization: `Bearer ${token}` },
    });
    orders = await hearOrders(url, documents, { graph, scene });
  }, 60_000);
  afterAll(() => oneScope?.close());

  it('without what another scope is needed for, in every event', async () => {
    const results = await eventually(
      async () => oneScope.results(),
      ({ length }) => length >= 2,
    );
    for (const { data, errors } of results) {
      expect([data, errors]).toMatchObject([
        { notificationReceived: { kind: 'ORDER_REJECTED', subject: null } },
        [{ path: ['notificationReceived', 'subject', 'status'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
      ]);
    }
  });

  it.each(cases)('%s by %s', async (_field, _way, { row, way }) => {
    const path = way.pathOf(fieldOf(row));
    const streams = orders.streams[cases.findIndex(([, , { row: one, way: by }]) => one === row && by === way)];

    for (const viewer of accountHolderNames) {
      const results = streams?.get(viewer)?.results() ?? [];
      const ids = results.map((result) => [...new Set(JSON.stringify(result).match(/ord_\w+/g))]);
      expect([viewer, ...ids]).toEqual([viewer, ...orders.placed[viewer].map((id) => [id])]);
      for (const { data, errors = [] } of results) {
        const seen = [viewer, ...codesOf(errors), isThere(at(data, path)) || row.field === 'Notification.readAt'];
        if (row.unauthorised.includes(viewer)) expect(seen).toEqual([viewer, 'UNAUTHORIZED_FIELD_OR_TYPE', false]);
        else expect(seen).toEqual([viewer, true]);
      }
    }
    const anonymous = streams?.get('anonymous');
    expect([anonymous?.status, JSON.parse((await anonymous?.text) ?? '').errors[0].extensions.code]).toEqual([
      401,
      'UNAUTHENTICATED',
    ]);
    const withoutScope = streams?.get('token without scope');
    expect(withoutScope?.blocks.map(({ event }) => event)).toEqual(['next', 'complete']);
    const [{ data, errors }] = withoutScope?.results() ?? [];
    expect([data, ...codesOf(errors)]).toEqual([null, 'UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(isOnTheWay(errors[0].path, path)).toBe(true);
  });
});

describe('the table', () => {
  it('has a row for every field that the supergraph protects', async () => {
    const { sdl, rules } = readProtectedSupergraph(
      await readFile(new URL('../../gateway/supergraph.graphql', import.meta.url), 'utf8'),
    );
    const types = Object.values(buildSchema(sdl, { assumeValidSDL: true }).getTypeMap()).filter(isObjectType);
    const fields = types.flatMap((type) =>
      Object.keys(type.getFields())
        .map((field) => `${type.name}.${field}`)
        .filter((coordinate) => rules?.fields.has(coordinate)),
    );

    expect(allRows.map(({ field }) => field).sort()).toEqual(fields.sort());
  });

  it('reaches every field in some way, and leads each viewer to one end', () => {
    for (const row of allRows) {
      expect(waysTo(typeOf(row)).length).toBeGreaterThan(3);
      expect(row.allowed.filter((viewer) => row.unauthorised.includes(viewer))).toEqual([]);
    }
  });
});

async function askAll({ row, way }: Case): Promise<[ViewerName, GraphAnswer][]> {
  const query = way.document(selectionOf(row), scene.objects);
  return Promise.all(
    viewerNames.map(async (viewer): Promise<[ViewerName, GraphAnswer]> => {
      const token = scene.tokens[viewer];
      return [viewer, await graph.ask({ query, isExplained: true, ...(token !== undefined && { token }) })];
    }),
  );
}

/** Each code once. */
function codesOf(errors: GraphAnswer['errors']): string[] {
  return [...new Set(errors.map(({ extensions }) => extensions.code))];
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function selectionOf({ selection }: AccessRow): string {
  return typeof selection === 'string' ? selection : selection(scene.objects);
}

function typeOf({ field }: AccessRow): string {
  return field.split('.')[0] ?? '';
}

function fieldOf({ field }: AccessRow): string {
  return field.split('.')[1] ?? '';
}

/** The value at a path of an answer; `undefined` where the way to it ends earlier, which is not there at all. */
function at(data: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce((value: unknown, key) => (value === null ? null : Reflect.get(Object(value), key)), data);
}

/** Both are as good as nothing. */
function nothing(value: unknown): null | undefined {
  return value === undefined ? undefined : null;
}

/** Whether an error's path, in which `@` stands for every item, is that of a field or of something around it. */
function isOnTheWay(errorPath: readonly (string | number)[], path: readonly (string | number)[]): boolean {
  return (
    errorPath.length > 0 &&
    errorPath.every((step, index) => step === path[index] || (step === '@' && typeof path[index] === 'number'))
  );
}
