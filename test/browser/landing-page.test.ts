import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Gateway } from '@tributary/gateway/gateway';
import type { Browser, Page } from 'playwright-core';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';
import { findChromium } from './find-chromium.ts';
import { launchBrowser } from './test-browser.ts';

const STUDIO = 'https://studio.apollographql.com';
const SANDBOX_SCRIPT = 'https://embeddable-sandbox.cdn.apollographql.com/**';
/** Stands in for Apollo's script: it says what it was opened with. */
const STAND_IN = `window.EmbeddedSandbox = class { constructor(options) { window.openedWith = options; } };`;

const executablePath = await findChromium();
const describeInBrowser = executablePath === undefined ? describe.skip : describe;

let graph: TestGraph;
let production: Gateway;

beforeAll(async () => {
  graph = await startTestGraph({ name: 'landing_page' });
  production = await graph.startGateway({ isDevelopment: false });
}, 120_000);
afterAll(() => graph?.stop());

describeInBrowser('the page at / in development', () => {
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    browser = await launchBrowser(executablePath ?? '');
  }, 60_000);
  afterAll(() => browser?.close());
  beforeEach(async () => {
    page = await browser.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) complaints.push(message.text());
    });
  });
  afterEach(() => page?.close());

  it('says how to ask the graph where Sandbox cannot be loaded', async () => {
    const failed: string[] = [];
    page.on('requestfailed', (request) => failed.push(new URL(request.url()).origin));
    await page.goto(graph.url);
    expect(await page.title()).toBe('Tributary: Apollo Sandbox');
    expect(await page.innerText('main')).toContain('without a network, ask with curl');
    expect(failed).toEqual(['https://embeddable-sandbox.cdn.apollographql.com']);
    expect(complaints).toEqual([]);
  });

  it('opens Sandbox on this graph where it can be loaded', async () => {
    await page.route(SANDBOX_SCRIPT, (route) =>
      route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: STAND_IN }),
    );
    await page.goto(graph.url);
    const openedWith = await page.evaluate(() => Reflect.get(globalThis, 'openedWith'));
    expect(openedWith).toMatchObject({ target: '#sandbox', initialEndpoint: `${graph.url}/graphql` });
    expect(complaints).toEqual([]);
  });
});

describe('the page at / in production', () => {
  it('is not there', async () => {
    const response = await fetch(production.url);
    expect([response.status, await response.text()]).toEqual([404, expect.not.stringContaining('Sandbox')]);
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
    const { status, headers } = await preflight(graph.url);
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
