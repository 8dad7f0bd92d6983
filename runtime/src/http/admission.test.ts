import { Agent, request as httpRequest } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConcurrencyLimit } from '../concurrency/concurrency-limit.ts';
import { Scope } from '../lifecycle/scope.ts';
import { startEchoServer } from '../testing/echo-server.ts';
import { jsonResponse } from './http-message.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.release());

/** A server that has room for one request, and answers it when the gate is opened. */
async function startNarrowServer() {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const concurrency = new ConcurrencyLimit({ initial: 1, least: 1 });
  const echo = await startEchoServer(scope, {
    concurrency,
    handleGraphql: async () => {
      reached.resolve();
      await gate.promise;
      return jsonResponse(200, { data: {} });
    },
  });
  return { ...echo, gate, reached, concurrency };
}

describe('a server that has as much to do as it can', () => {
  it('refuses at once, without looking at the request, and says when to come back', async () => {
    const { post, gate, reached, lines } = await startNarrowServer();
    const first = post('{}');
    await reached.promise;
    const refused = await post('this is no JSON');

    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(refused.headers.get('x-request-id')).toMatch(/./);
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: 'OVERLOADED', retryAfterSeconds: 1 } }],
    });
    gate.resolve();
    expect((await first).status).toBe(200);
    expect(lines.filter(({ code }) => code === 'OVERLOADED')).toHaveLength(1);
  });

  it('takes requests again as soon as one has ended', async () => {
    const { post, gate, reached, concurrency } = await startNarrowServer();
    const first = post('{}');
    await reached.promise;
    await post('{}');
    gate.resolve();
    await first;

    expect((await post('{}')).status).toBe(200);
    expect([concurrency.busy, concurrency.refused]).toEqual([0, 1]);
  });

  it('says that it lives and is ready all the same', async () => {
    const { post, get, gate, reached } = await startNarrowServer();
    const first = post('{}');
    await reached.promise;

    expect([(await get('/health/live')).status, (await get('/health/ready')).status]).toEqual([200, 200]);
    gate.resolve();
    await first;
  });

  it('reads no body that it refuses, and keeps the connection', async () => {
    const { server, post, gate, reached } = await startNarrowServer();
    const first = post('{}');
    await reached.promise;
    const agent = scope.own(new Agent({ keepAlive: true, maxSockets: 1 }), (owned) => owned.destroy());
    const statuses: (number | undefined)[] = [];
    for (let time = 0; time < 3; time += 1) {
      const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
      const options = { agent, method: 'POST', headers: { 'content-type': 'application/json' } };
      httpRequest(`${server.url}/graphql`, options, (response) => {
        json(response).then(() => resolve(response.statusCode), reject);
      })
        .on('error', reject)
        .end('x'.repeat(900));
      statuses.push(await promise);
    }
    gate.resolve();
    await first;

    expect(statuses).toEqual([503, 503, 503]);
  });
});
