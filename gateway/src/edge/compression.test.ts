import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { HttpResponse } from '@tributary/runtime/http/http-message';
import { startHttpServer } from '@tributary/runtime/http/http-server';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { createCapturedLogger } from '@tributary/runtime/testing/captured-logger';
import { request as send } from 'undici';
import { startShopGateway } from '../testing/shop-gateway.ts';
import { compressAnswers } from './compression.ts';

let scope = new Scope();

afterEach(async () => {
  await scope.release();
  scope = new Scope();
});

const long = JSON.stringify({ data: 'ä'.repeat(5_000) });

/** Asks a server that gives this answer, and reads the bytes as they came. */
async function ask(response: Partial<HttpResponse>, acceptEncoding: string | undefined) {
  const { url } = scope.own(
    await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      bodyLimitBytes: 1_000,
      isReady: async () => ({ isReady: true, checks: {} }),
      handleGraphql: compressAnswers(() => ({ status: 200, headers: [], body: long, ...response })),
      cors: { allowedOrigins: [] },
      logger: createCapturedLogger().logger,
    }),
  );
  const answer = await send(`${url}/graphql`, {
    headers: acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding },
  });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  return { status: answer.statusCode, headers: answer.headers, bytes };
}

describe('an answer', () => {
  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
    ['zstd', zstdDecompressSync],
  ])('is compressed with %s for a client that takes it', async (coding, decompress) => {
    const { headers, bytes } = await ask({}, `${coding}, identity;q=0.1`);
    expect(headers).toMatchObject({
      'content-encoding': coding,
      'content-length': String(bytes.length),
      vary: 'Origin, Accept-Encoding',
    });
    expect(bytes.length).toBeLessThan(200);
    expect(decompress(bytes).toString()).toBe(long);
  });

  it('of a megabyte is compressed as well', async () => {
    const body = JSON.stringify(Array.from({ length: 100_000 }, (_, i) => i * 7));
    expect(body.length).toBeGreaterThan(500_000);
    const { bytes } = await ask({ body }, 'gzip');
    expect(gunzipSync(bytes).toString()).toBe(body);
  });

  it.each<[string, Partial<HttpResponse>, string | undefined, string]>([
    ['for a client that does not say what it takes', {}, undefined, long],
    ['for a client that takes nothing we have', {}, 'deflate', long],
    ['that is short', { body: 'x'.repeat(2_047) }, 'gzip', 'x'.repeat(2_047)],
    ['without a body', { status: 304, body: '' }, 'gzip', ''],
  ])('%s is sent as it is, and caches are told what it depends on', async (_, response, acceptEncoding, body) => {
    const { status, headers, bytes } = await ask(response, acceptEncoding);
    expect([status, bytes.toString()]).toEqual([response.status ?? 200, body]);
    expect(headers['content-encoding']).toBeUndefined();
    expect(headers['vary']).toBe('Origin, Accept-Encoding');
  });

  it('that is encoded already is not encoded again', async () => {
    const { headers, bytes } = await ask({ headers: [['content-encoding', 'br']], body: Buffer.alloc(5_000) }, 'gzip');
    expect([headers['content-encoding'], bytes.length]).toEqual(['br', 5_000]);
  });

  it('that comes in pieces is not held back', async () => {
    const pieces = async function* () {
      yield long;
      yield long;
    };
    const { headers, bytes } = await ask({ body: pieces() }, 'gzip');
    expect([headers['content-encoding'], bytes.toString()]).toEqual([undefined, long + long]);
  });
});

describe('a gateway', () => {
  const products = Array.from({ length: 100 }, (_, id) => ({ __typename: 'Product', id: String(id), name: 'Mug' }));

  it.each([
    [true, 'br'],
    [false, undefined],
    [undefined, undefined],
  ])('compresses when it is told to (%s)', async (hasCompression, coding) => {
    const shop = scope.own(await startShopGateway(hasCompression === undefined ? {} : { hasCompression }));
    shop.products.reply = () => ({ body: { data: { products } } });
    const answer = await send(`${shop.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': 'br' },
      body: JSON.stringify({ query: '{ products { id name } }' }),
    });
    expect(answer.headers['content-encoding']).toBe(coding);
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    const text = coding ? brotliDecompressSync(bytes) : bytes;
    expect(JSON.parse(text.toString()).data.products).toHaveLength(100);
  });
});
