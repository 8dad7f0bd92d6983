import { afterEach, describe, expect, it } from '@jest/globals';
import { Scope } from '../lifecycle/scope.ts';
import { createCapturedLogger } from '../testing/captured-logger.ts';
import { type CorsOptions, createCors } from './cors.ts';
import { jsonResponse } from './http-message.ts';
import { startHttpServer } from './http-server.ts';

const shop = 'https://shop.example';
let scope = new Scope();

afterEach(async () => {
  await scope.release();
  scope = new Scope();
});

async function startServer(cors: Partial<CorsOptions> = {}) {
  const { url } = scope.own(
    await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      bodyLimitBytes: 1_000,
      isReady: async () => ({ isReady: true, checks: {} }),
      handleGraphql: () => jsonResponse(200, {}),
      cors: { allowedOrigins: [shop], ...cors },
      logger: createCapturedLogger().logger,
    }),
  );
  const post = (headers: Record<string, string>, body = '{}') =>
    fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const preflight = (origin: string) =>
    fetch(`${url}/graphql`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
  return { post, preflight };
}

/** The CORS headers of an answer. */
function permissionsOf(response: Response): Record<string, string> {
  return Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('access-control-')));
}

describe('CORS', () => {
  it('answers the preflight of an allowed origin with what it may send', async () => {
    const { preflight } = await startServer();
    const response = await preflight(shop);
    expect(response.status).toBe(204);
    expect(response.headers.get('vary')).toBe('Origin');
    expect(permissionsOf(response)).toMatchObject({
      'access-control-allow-origin': shop,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization, content-type, x-request-id',
      'access-control-max-age': '600',
    });
  });

  it.each(['https://evil.example', `${shop}.evil.example`, 'http://shop.example', `${shop}:8443`, 'null'])(
    'refuses the preflight of %s without any permission',
    async (origin) => {
      const { preflight } = await startServer();
      const response = await preflight(origin);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'ORIGIN_NOT_ALLOWED' } }] });
      expect(permissionsOf(response)).toEqual({});
    },
  );

  it('lets an allowed origin read the answer and the exposed headers, errors included', async () => {
    const { post } = await startServer({ exposedHeaders: ['x-request-id', 'x-cost'], isCredentialed: true });
    for (const response of [await post({ origin: shop }), await post({ origin: shop }, 'not JSON')]) {
      expect(permissionsOf(response)).toEqual({
        'access-control-allow-origin': shop,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'x-request-id, x-cost',
      });
    }
  });

  it('gives other origins, and clients without one, an answer without permission that caches keep apart', async () => {
    const { post } = await startServer();
    for (const response of [await post({ origin: 'https://evil.example' }), await post({})]) {
      expect(permissionsOf(response)).toEqual({});
      expect(response.headers.get('vary')).toBe('Origin');
    }
  });

  it.each(['*', 'shop.example', `${shop}/`, `${shop}/path`, 'null'])('refuses %s in its configuration', (origin) => {
    expect(() => createCors({ allowedOrigins: [origin] })).toThrow('is not an origin');
  });
});
