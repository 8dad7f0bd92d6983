import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ExplorerSettings, readExplorerSettings } from '@tributary/gateway/explorer/explorer-settings';
import type { Gateway } from '@tributary/gateway/gateway';
import type { Cache } from '@tributary/runtime/cache/cache';
import { createCache } from '@tributary/runtime/cache/create-cache';
import { createMemoryCoordination } from '@tributary/runtime/cache/memory-coordination';
import { createMemoryValueStore } from '@tributary/runtime/cache/memory-value-store';
import { createMemoryViewerEvents } from '@tributary/runtime/testing/memory-viewer-events';
import { getOperationAST, parse } from 'graphql';
import type { Browser, Page } from 'playwright-core';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';
import { ExplorerPage } from './explorer-page.ts';
import { findChromium } from './find-chromium.ts';
import { launchBrowser } from './test-browser.ts';

const STUDIO = 'https://studio.apollographql.com';
const SANDBOX_ORIGIN = 'https://embeddable-sandbox.cdn.apollographql.com';
/** Stands in for Apollo's script: it says what it was opened with. */
const STAND_IN = `window.EmbeddedSandbox = class { constructor(options) { window.openedWith = options; } };`;
/** An editor is much to load; on a machine that is busy with other things it takes its time. */
const PAGE_LIMIT_MS = 60_000;
jest.setTimeout(120_000);
const settingsFile = fileURLToPath(new URL('../../deploy/local/explorer.yaml', import.meta.url));

const executablePath = await findChromium();
const describeInBrowser = executablePath === undefined ? describe.skip : describe;

let graph: TestGraph;
let gateway: Gateway;
let production: Gateway;
let settings: ExplorerSettings;
let cache: Cache;

beforeAll(async () => {
  const viewerEvents = createMemoryViewerEvents();
  cache = createTestCache();
  graph = await startTestGraph({ name: 'explorer', viewerEvents, cache });
  gateway = await graph.startGateway({ explorer: { page: 'sandbox', settingsFile }, viewerEvents });
  production = await graph.startGateway({ isDevelopment: false });
  settings = await readExplorerSettings(settingsFile);
}, 120_000);
afterAll(async () => {
  await graph?.stop();
  await cache?.close();
});

/** A cache in this process alone. */
function createTestCache(): Cache {
  const limitBytes = 4 * 1024 * 1024;
  return createCache({
    values: createMemoryValueStore({ limitBytes }),
    coordination: createMemoryCoordination({ leaseMs: 5_000 }),
    l1: { limitBytes },
  });
}

describeInBrowser('in development, in a browser that reaches nothing but this machine,', () => {
  let browser: Browser;
  let page: Page;
  let explorer: ExplorerPage;
  let complaints: string[];
  let origins: Set<string>;

  beforeAll(async () => {
    browser = await launchBrowser(executablePath ?? '');
  }, 60_000);
  afterAll(() => browser?.close());
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(PAGE_LIMIT_MS);
    explorer = new ExplorerPage(page);
    complaints = [];
    origins = new Set();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) complaints.push(message.text());
    });
    page.on('request', (request) => origins.add(new URL(request.url()).origin));
  });
  afterEach(async () => {
    await page?.close();
    expect(complaints).toEqual([]);
  });

  it('the explorer completes a field, runs the operation and shows how its answer came to be', async () => {
    await explorer.open(`${gateway.url}/explorer`);
    await explorer.beginOperation();
    const suggestions = await explorer.typeAndSeeSuggestions('{ prod');
    expect(await suggestions.allInnerTexts()).toEqual(expect.arrayContaining([expect.stringMatching(/^products/)]));
    await explorer.typeAndSeeSuggestions('ucts');
    await explorer.complete();
    await explorer.type('(first: 2) { nodes { title stock { available } rating { count } } }');
    expect(parse((await explorer.operation()) ?? '')).toBeTruthy();

    const panel = await explorer.show('Explain');
    await explorer.run();

    expect(await explorer.response.innerText()).toMatch(/"title".*"available".*"count"/s);
    expect(await explorer.response.innerText()).not.toContain('extensions');
    const plan = await panel.getByRole('list', { name: 'Query plan' }).innerText();
    expect(plan).toMatch(/one after the other.*catalog.*at the same time/s);
    for (const subgraph of ['inventory', 'reviews']) expect(plan).toContain(subgraph);
    expect(await panel.locator('.waterfall-bar').count()).toBe(3);
    const ofInventory = panel.locator('.waterfall-fetch', { hasText: 'inventory' });
    await ofInventory.locator('summary').click();
    expect(await ofInventory.locator('.sql pre').allInnerTexts()).toEqual([expect.stringMatching(/^SELECT .*stock/s)]);
    expect(await ofInventory.innerText()).toMatch(/cache\s+stock\s+0 hits, 2 misses/);

    await explorer.run();
    await ofInventory.getByText('2 hits, 0 misses').waitFor();
    expect(await ofInventory.locator('.sql').count()).toBe(0);
    expect([...origins]).toEqual([gateway.url]);
  });

  it('an example is run as the viewer that it is meant for, and as nobody once that is chosen', async () => {
    await explorer.open(`${gateway.url}/explorer`);
    await explorer.openExample('My profile');
    await explorer.isLoggedIn();
    await explorer.run();
    expect(await explorer.response.innerText()).toContain('demo@tributary.example');

    await explorer.become('Merchant');
    await explorer.run();
    await explorer.response.getByText('merchant@tributary.example').waitFor();

    await page.getByLabel('Viewer').selectOption('Anonymous');
    await explorer.run();
    await explorer.response.getByText('"me": null').waitFor();
  });

  it('a subscription shows what happens while it is open', async () => {
    await explorer.open(`${gateway.url}/explorer`);
    await explorer.openExample('Order status changed');
    await explorer.isLoggedIn();
    await explorer.start();
    const example = settings.examples.find(({ name }) => name === 'Place order');
    const input = { ...Object(example?.variables['input']), idempotencyKey: randomUUID() };
    const token = await graph.logIn('demo@tributary.example');
    await graph.ask({ query: example?.query ?? '', variables: { input }, token });
    await explorer.response.getByText('"CONFIRMED"').waitFor();
    await explorer.stop();
  });

  it('the page at / is the explorer, since Apollo Sandbox cannot be loaded', async () => {
    await explorer.open(gateway.url);
    expect([...origins].toSorted()).toEqual([gateway.url, SANDBOX_ORIGIN].toSorted());
  });

  it('the page at / opens Sandbox on this graph where it can be loaded', async () => {
    await page.route(`${SANDBOX_ORIGIN}/**`, (route) =>
      route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: STAND_IN }),
    );
    await page.goto(gateway.url);
    const openedWith = await page.waitForFunction(() => Reflect.get(globalThis, 'openedWith'));
    expect(await openedWith.jsonValue()).toMatchObject({
      target: '#sandbox',
      initialEndpoint: `${gateway.url}/graphql`,
    });
    expect(await page.locator('.graphiql-container').count()).toBe(0);
  });
});

describe('in development the gateway', () => {
  it('serves the explorer compressed, for good, and to be run by nothing but itself', async () => {
    const response = await fetch(`${gateway.url}/explorer`);
    const page = await response.text();
    const [, script] = /src="(\/explorer\/explorer-[A-Z0-9]+\.js)"/.exec(page) ?? [];
    const served = await fetch(`${gateway.url}${script}`, { headers: { 'accept-encoding': 'br' } });
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'; /);
    expect(Object.fromEntries(served.headers)).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-encoding': 'br',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    const plain = await fetch(`${gateway.url}${script}`, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await plain.text()).toBe(await served.text());
  });

  it('serves the schema for code generators', async () => {
    const response = await fetch(`${gateway.url}/schema.graphql`);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const types = parse(await response.text()).definitions.flatMap((node) => ('name' in node ? node.name?.value : []));
    expect(types).toEqual(expect.arrayContaining(['Product', 'PlaceOrderResult']));
    expect(types).not.toContain('_Entity');
  });
});

describe('examples', () => {
  it('are there for every subgraph', () => {
    const groups = new Set(settings.examples.map(({ group }) => group));
    expect([...groups].toSorted()).toEqual(['accounts', 'catalog', 'inventory', 'notifications', 'orders', 'reviews']);
  });

  it('answer without an error, each as the viewer that it is meant for', async () => {
    const tokens = new Map(
      await Promise.all(settings.accounts.map(async (account) => [account.name, await tokenOf(account)] as const)),
    );
    const asked = settings.examples.filter(({ query }) => getOperationAST(parse(query))?.operation !== 'subscription');
    for (const { name, query, variables, viewer } of asked) {
      const token = viewer === undefined ? undefined : tokens.get(viewer);
      const { data, errors } = await graph.ask({ url: gateway.url, query, variables, ...(token && { token }) });
      expect({ name, errors, isNull: Object.values(data ?? {}).includes(null) }).toEqual({
        name,
        errors: [],
        isNull: false,
      });
    }
  });

  it('of subscriptions are streams that stay open', async () => {
    const authorization = `Bearer ${await graph.logIn('demo@tributary.example')}`;
    const subscriptions = settings.examples.filter(({ query }) => query.startsWith('subscription'));
    expect(subscriptions).toHaveLength(2);
    for (const { query } of subscriptions) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { accept: 'text/event-stream', 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query }),
      });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      expect((await reader?.read())?.value).toMatch(/^retry: \d+\nid: /);
      await reader?.cancel();
    }
  });

  async function tokenOf({ variables }: ExplorerSettings['accounts'][number]): Promise<string> {
    const { operation = '', accessToken = [] } = settings.logIn ?? {};
    const { data } = await graph.ask({ url: gateway.url, query: operation, variables });
    return accessToken.reduce((value, key) => value[key], data);
  }
});

describe('in production', () => {
  it.each(['/', '/explorer', '/explorer/settings.json', '/schema.graphql'])('there is nothing at %s', async (path) => {
    const response = await fetch(production.url + path);
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { errors: [{ extensions: { code: 'NOT_FOUND' } }] },
    ]);
  });
});

describe("the preflight of Apollo's hosted Sandbox", () => {
  const preflight = (url: string) =>
    fetch(`${url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin: STUDIO,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it('is granted in development', async () => {
    const { status, headers } = await preflight(gateway.url);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(STUDIO);
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    expect(headers.get('access-control-allow-headers')).toMatch(/authorization.*content-type/);
    expect(headers.get('vary')).toMatch(/\borigin\b/i);
  });

  it('is refused in production', async () => {
    const { status, headers } = await preflight(production.url);
    expect(status).toBe(403);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
