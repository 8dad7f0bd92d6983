import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LocalStackError } from '@tributary/local-stack/local-stack-error';
import type { Browser, Page } from 'playwright-core';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';
import { findChromium } from './find-chromium.ts';
import { type FrontEnd, type PageAnswer, startFrontEnd } from './front-end.ts';
import { launchBrowser } from './test-browser.ts';

interface PageRequest {
  url: string;
  query: string;
  variables?: Record<string, unknown>;
  token?: string;
}

declare global {
  /** Of the page. */
  var askGraph: (request: PageRequest) => Promise<PageAnswer>;
}

const LOG_IN = `mutation LogIn($input: LogInInput!) {
  logIn(input: $input) { ... on SessionOpened { accessToken viewer { displayName } } }
}`;
const UPDATE_PROFILE = `mutation Rename($input: UpdateProfileInput!) { updateProfile(input: $input) { user { bio } } }`;

const executablePath = await findChromium();
const describeInBrowser = executablePath === undefined ? describe.skip : describe;

describeInBrowser('a front end in a browser', () => {
  let graph: TestGraph;
  let browser: Browser;
  let shop: FrontEnd;
  let stranger: FrontEnd;
  let page: Page;

  beforeAll(async () => {
    [shop, stranger] = await Promise.all([startFrontEnd(), startFrontEnd()]);
    graph = await startTestGraph({ name: 'front_end', isDevelopment: false, allowedOrigins: [shop.origin] });
    browser = await launchBrowser(executablePath ?? '');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await Promise.all([graph?.stop(), shop?.stop(), stranger?.stop()]);
  });
  beforeEach(async () => {
    page = await browser.newPage();
  });
  afterEach(() => page?.close());

  const askFromPage = (request: Omit<PageRequest, 'url'>): Promise<PageAnswer> =>
    page.evaluate((sent) => globalThis.askGraph(sent), { url: `${graph.url}/graphql`, ...request });

  it('logs in, asks and changes with its token, and reads the request id, from an allowed origin', async () => {
    await page.goto(shop.origin);
    const logIn = await askFromPage({
      query: LOG_IN,
      variables: { input: { email: 'demo@tributary.example', password: graph.seeded.password } },
    });
    expect(logIn).toMatchObject({ status: 200, body: { data: { logIn: { viewer: { displayName: 'Dana Demo' } } } } });
    const token: string = logIn.body.data.logIn.accessToken;

    const me = await askFromPage({ query: '{ me { email } }', token });
    expect(me.body).toEqual({ data: { me: { email: 'demo@tributary.example' } } });

    const change = await askFromPage({ query: UPDATE_PROFILE, variables: { input: { bio: 'From a page' } }, token });
    expect(change.body).toEqual({ data: { updateProfile: { user: { bio: 'From a page' } } } });

    for (const { requestId } of [logIn, me, change]) expect(requestId).toMatch(/\S{8,}/);
  });

  it('reads the refusal of a bad request as well, from an allowed origin', async () => {
    await page.goto(shop.origin);
    const { status, body } = await askFromPage({ query: '{ me { email } }', token: 'not-a-token' });
    expect([status, body.errors[0].extensions.code]).toEqual([401, 'TOKEN_INVALID']);
  });

  it('is refused by the browser from any other origin, before its mutation is sent', async () => {
    await page.goto(stranger.origin);
    const sent: string[] = [];
    page.on('response', (response) => sent.push(`${response.request().method()} ${response.url()}`));
    const attempt = askFromPage({ query: '{ __typename }' });
    await expect(attempt).rejects.toThrow(/Failed to fetch/);
    expect(sent).not.toContain(`POST ${graph.url}/graphql`);
  });

  it('cannot read the answer to a request without a preflight either, from any other origin', async () => {
    await page.goto(stranger.origin);
    const attempt = page.evaluate((url) => fetch(url).then((response) => response.text()), `${graph.url}/health/live`);
    await expect(attempt).rejects.toThrow(/Failed to fetch/);
  });
});

describe('where there is no browser', () => {
  const missing = new LocalStackError('SYSTEM_SERVER_MISSING', 'chromium is not on the PATH');
  const find = () => Promise.reject(missing);

  it('nothing is skipped that is required, as on CI', async () => {
    await expect(findChromium({ isRequired: true, find })).rejects.toBe(missing);
  });

  it('it is said elsewhere what is skipped, and why', async () => {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      expect(await findChromium({ isRequired: false, find })).toBeUndefined();
      expect(write.mock.calls).toEqual([['The browser tests are skipped. chromium is not on the PATH\n']]);
    } finally {
      write.mockRestore();
    }
  });
});
