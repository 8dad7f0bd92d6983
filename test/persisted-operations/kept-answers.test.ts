import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fetchesOf, startCachingShop } from '@tributary/gateway/testing/caching-shop';
import type { ShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { eventually } from '../kit/eventually.ts';
import { manifestOf, operationOf } from './published.ts';
import { codeOf, extensionsFor, get, post } from './shared-graph.ts';

const IDS = operationOf('query Ids { products { id } }');
const NAMES = operationOf('query Names { products { name } }');
const inUrl = ({ id }: { id: string }) => ({ extensions: JSON.stringify(extensionsFor(id)) });

let shop: ShopGateway;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-kept-answers-'));
});
afterEach(async () => {
  await shop.stop();
  await rm(folder, { recursive: true });
});

/** Asks as a browser or a CDN does. */
function fetchById(operation: { id: string }, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${shop.url}/graphql?${new URLSearchParams(inUrl(operation))}`, { headers });
}

describe('an answer to a GET by hash', () => {
  it('says how long a CDN may keep it, is kept here, too, and need not be sent again', async () => {
    shop = await startCachingShop({ isDevelopment: false });
    await post(shop, { query: IDS.body, extensions: extensionsFor(IDS.id) });
    await fetchById(IDS);
    const fetches = fetchesOf(shop);
    const kept = await fetchById(IDS);
    expect(kept.status).toBe(200);
    expect(kept.headers.get('cache-control')).toMatch(/max-age=\d+/);
    expect(kept.headers.get('cache-control')).toContain('public');
    expect(await kept.json()).toEqual({ data: { products: [{ id: '1' }, { id: '2' }] } });
    const etag = kept.headers.get('etag') ?? '';
    expect((await fetchById(IDS, { 'if-none-match': etag })).status).toBe(304);
    expect(fetchesOf(shop)).toBe(fetches);
  });

  it('is kept by nobody when it is a refusal', async () => {
    shop = await startCachingShop({ isDevelopment: false });
    const refused = await fetchById(NAMES);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] });
    expect(refused.headers.get('cache-control')).toBe('no-store');
  });

  it('is not given any more once its operation has been taken back', async () => {
    const file = join(folder, 'manifest.json');
    const write = async (...operations: (typeof IDS)[]) => {
      await writeFile(`${file}.new`, JSON.stringify(manifestOf(...operations)));
      await rename(`${file}.new`, file);
    };
    await write(IDS);
    shop = await startCachingShop({ persistedOperations: { mode: 'safelist', file, ttlMs: 60_000 } });
    for (let round = 0; round < 3; round += 1) {
      expect(await get(shop, inUrl(IDS))).toMatchObject({ status: 200 });
      expect(await post(shop, { query: IDS.body })).toMatchObject({ status: 200 });
    }
    expect(fetchesOf(shop)).toBe(1);

    await write(NAMES);
    await eventually(
      () => get(shop, inUrl(NAMES)),
      ({ status }) => status === 200,
    );
    expect(codeOf(await get(shop, inUrl(IDS)))).toBe('PERSISTED_QUERY_NOT_IN_LIST');
    expect(codeOf(await post(shop, { query: IDS.body }))).toBe('QUERY_NOT_IN_SAFELIST');
  });
});
