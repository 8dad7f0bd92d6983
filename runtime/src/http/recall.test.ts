import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CodedError } from '../errors/coded-error.ts';
import { createLogger } from '../logging/logger.ts';
import type { HttpRequest } from './http-message.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { prepareResponse } from './prepared-response.ts';
import { parseJsonObject } from './read-json-body.ts';

const defaultHeaders = [['cache-control', 'no-store'] as const, ['x-frame-options', 'DENY'] as const];
const known = prepareResponse(
  {
    status: 200,
    headers: [
      ['cache-control', 'public'],
      ['vary', 'Accept'],
    ],
    body: Buffer.from('prepäred'),
  },
  defaultHeaders,
);

let server: HttpServer;
let sources: (string | undefined)[];
let bodies: unknown[];

beforeEach(async () => {
  sources = [];
  bodies = [];
  server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    bodyLimitBytes: 100_000,
    logger: createLogger({ service: 'test', level: 'silent' }),
    isReady: async () => ({ isReady: true, checks: {} }),
    cors: { allowedOrigins: ['https://shop.example'] },
    defaultHeaders,
    recall: {
      parse: parseJsonObject,
      answer: ({ source }: HttpRequest) => {
        sources.push(source);
        if (source?.includes('refused')) throw new CodedError('FORBIDDEN', 'This is refused');
        return source?.includes('known') ? { prepared: known, ownHead: ['age', '7'] } : undefined;
      },
    },
    handleGraphql: ({ body }) => {
      bodies.push(body);
      return { status: 200, headers: [], body: 'handled' };
    },
  });
});
afterEach(() => server.stop());

function send(path: string, body?: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    ...(body !== undefined && { method: 'POST', body }),
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
  });
}

describe('a request that is looked at before it is parsed', () => {
  it.each([
    ['POST', '/graphql', '{ "query": "known" }'],
    ['GET', '/graphql?query=known', undefined],
  ])('is answered by its bytes, a %s', async (_, path, body) => {
    const response = await send(path, body, { origin: 'https://shop.example', 'x-request-id': 'req-1' });
    expect(await response.text()).toBe('prepäred');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'public',
      'x-frame-options': 'DENY',
      vary: 'Accept, Origin',
      'access-control-allow-origin': 'https://shop.example',
      'content-length': '9',
      age: '7',
      'x-request-id': 'req-1',
    });
    expect(sources).toEqual([body ?? '?query=known']);
    expect(bodies).toEqual([]);
  });

  it('is left to the handler with its body parsed', async () => {
    expect(await (await send('/graphql', '{"query":"ä"}')).text()).toBe('handled');
    expect(await (await send('/graphql?query=other')).text()).toBe('handled');
    expect(bodies).toEqual([{ query: 'ä' }, undefined]);
    expect(sources).toEqual([Buffer.from('{"query":"ä"}').toString('latin1'), '?query=other']);
  });

  it('is refused as any other: by what looks at it, and for what its body is', async () => {
    expect((await send('/graphql', '{"query":"refused"}')).status).toBe(403);
    expect((await send('/graphql', 'known, and no JSON', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await send('/graphql', '{')).status).toBe(400);
    expect((await send('/graphql', `"${'x'.repeat(100_000)}"`)).status).toBe(413);
    expect(bodies).toEqual([]);
  });

  it('is not taken for a GET when its body is what a GET asks in its URL', async () => {
    expect((await send('/graphql', '?query=known')).status).toBe(400);
    expect(sources).toEqual([]);
  });

  it('is not looked at when it is long, or for something else', async () => {
    await send('/graphql', JSON.stringify({ query: `known${' '.repeat(20_000)}` }));
    expect((await send('/other?known')).status).toBe(404);
    expect(sources).toEqual([]);
    expect(bodies).toHaveLength(1);
  });
});
