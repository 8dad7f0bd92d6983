import { afterEach, describe, expect, it } from '@jest/globals';
import { CodedError } from '../errors/coded-error.ts';
import { jsonResponse } from '../http/http-message.ts';
import { type HttpServer, startHttpServer } from '../http/http-server.ts';
import { createCapturedLogger } from '../testing/captured-logger.ts';
import { HttpTraffic } from './http-traffic.ts';
import { Metrics } from './metrics.ts';

let server: HttpServer | undefined;
afterEach(() => server?.stop());

function post(url: string, body: string): Promise<Response> {
  return fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

describe('the metrics of an HTTP server', () => {
  it('count GraphQL requests, and nothing else, from their arrival to their answer', async () => {
    const metrics = new Metrics((error) => {
      throw error;
    });
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    server = await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      bodyLimitBytes: 1_000,
      isReady: async () => ({ isReady: true, checks: {} }),
      async handleGraphql({ body }) {
        if (JSON.stringify(body).includes('refuse')) throw new CodedError('FORBIDDEN', 'no');
        isAsked();
        await released;
        return jsonResponse(200, {});
      },
      traffic: new HttpTraffic(metrics),
      logger: createCapturedLogger().logger,
    });
    const lines = async () => (await metrics.text()).split('\n');

    const answer = post(server.url, '{}');
    await asked;
    expect(await lines()).toContain('tributary_http_requests_in_flight 1');
    release();
    await answer;
    await post(server.url, '{"query":"refuse"}');
    await post(server.url, 'no JSON');
    await fetch(`${server.url}/health/live`);
    await fetch(`${server.url}/graphql`, { method: 'OPTIONS' });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'tributary_http_requests_in_flight 0',
        'tributary_http_requests_total{status="200"} 1',
        'tributary_http_requests_total{status="403"} 1',
        'tributary_http_requests_total{status="400"} 1',
        'tributary_http_request_duration_seconds_count 3',
      ]),
    );
  });
});
