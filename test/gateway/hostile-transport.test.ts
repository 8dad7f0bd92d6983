import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  expectFailedFetch,
  expectPeace,
  type HostileScene,
  operationNames,
  startHostileScene,
  withoutReviews,
} from './hostile-scene.ts';
import { type HostileReply, replyRaw, replyWith } from './hostile-subgraph.ts';

const MEGABYTE = 2 ** 20;

let scene: HostileScene;

beforeAll(async () => {
  scene = await startHostileScene(20_000);
});
afterAll(() => scene.stop());
/** Whatever a test did, the gateway lives and answers. */
afterEach(() => expectPeace(scene));

/** A response with a body that is cut off or goes on, and headers that say what it should be. */
const raw = (head: string, body: string | Uint8Array = '') =>
  Buffer.concat([Buffer.from(`${head.replaceAll('\n', '\r\n')}\r\n\r\n`), Buffer.from(body)]);
const OK = 'HTTP/1.1 200 OK\ncontent-type: application/json';

const padded = (honest: string, bytes: number) =>
  JSON.stringify({ ...JSON.parse(honest), extensions: { padding: 'x'.repeat(bytes) } });

describe('the right answer still comes when it', () => {
  it.each<[string, HostileReply]>([
    ['is 10 MB', (target, honest) => replyWith(target, padded(honest, 10 * MEGABYTE))],
    [
      'comes byte by byte',
      (target, honest) => {
        target.writeHead(200, { 'content-type': 'application/json' });
        const send = (rest: Buffer) => {
          if (rest.length === 0) target.end();
          else target.write(rest.subarray(0, 1), () => setImmediate(send, rest.subarray(1)));
        };
        send(Buffer.from(honest));
      },
    ],
    [
      'is called something else',
      (target, honest) => target.writeHead(200, { 'content-type': 'image/png' }).end(honest),
    ],
    ['is called nothing', (target, honest) => target.writeHead(200).end(honest)],
    [
      'has duplicate keys, of which the last count',
      (target, honest) => replyWith(target, `{"data":{"best":7},${honest.slice(1)}`),
    ],
    ['has a status that says otherwise of success', (target, honest) => replyWith(target, honest, 203)],
    [
      'comes after early hints',
      (target, honest) =>
        replyRaw(
          target,
          raw(`HTTP/1.1 103 Early Hints\nlink: </a>\n\n${OK}\ncontent-length: ${Buffer.byteLength(honest)}`, honest),
        ),
    ],
    ['ends with the connection', (target, honest) => replyRaw(target, raw(OK, honest))],
    ['is of HTTP/1.0', (target, honest) => replyRaw(target, raw(OK.replace('1.1', '1.0'), honest))],
  ])('%s', async (_case, reply) => {
    scene.reviews.reply = reply;

    for (const operation of operationNames) expect(await scene.ask(operation)).toEqual(scene.right[operation]);
  });

  it('is the last on its connection, time and again', async () => {
    scene.reviews.reply = (target, honest) => {
      target.on('finish', () => target.socket?.end());
      replyWith(target, honest);
    };
    for (let i = 0; i < 20; i++) expect(await scene.ask('root fields')).toEqual(scene.right['root fields']);
  });
});

describe('all but what the subgraph was asked for still comes when it', () => {
  const halfOf = (text: string) => text.slice(0, text.length / 2);

  it.each<[string, string, HostileReply]>([
    ['closes the connection', 'SUBGRAPH_UNAVAILABLE', (target) => target.socket?.end()],
    ['resets the connection', 'SUBGRAPH_UNAVAILABLE', (target) => target.socket?.resetAndDestroy()],
    [
      'drops the connection after the headers',
      'SUBGRAPH_UNAVAILABLE',
      (target) => replyRaw(target, raw(`${OK}\ncontent-length: 9`)),
    ],
    [
      'drops the connection half-way',
      'SUBGRAPH_UNAVAILABLE',
      (target, honest) => replyRaw(target, raw(`${OK}\ncontent-length: ${Buffer.byteLength(honest)}`, halfOf(honest))),
    ],
    [
      'drops the connection within a chunk',
      'SUBGRAPH_UNAVAILABLE',
      (target, honest) => replyRaw(target, raw(`${OK}\ntransfer-encoding: chunked`, `ffff\r\n${honest}`)),
    ],
    [
      'sends half of the body as if it were all',
      'SUBGRAPH_INVALID_RESPONSE',
      (target, honest) => replyWith(target, halfOf(honest)),
    ],
    [
      'says that the body is shorter than it is',
      'SUBGRAPH_INVALID_RESPONSE',
      (target, honest) => replyRaw(target, raw(`${OK}\ncontent-length: 20`, honest)),
    ],
    ['sends nothing', 'SUBGRAPH_INVALID_RESPONSE', (target) => replyWith(target, '')],
    ['sends no content', 'SUBGRAPH_INVALID_RESPONSE', (target) => target.writeHead(204).end()],
    ['sends a page', 'SUBGRAPH_INVALID_RESPONSE', (target) => replyWith(target, '<!doctype html><h1>Hello</h1>')],
    ['sends noise', 'SUBGRAPH_INVALID_RESPONSE', (target) => replyWith(target, Buffer.from([0, 255, 254, 128, 7]))],
    [
      'sends a compressed body that nobody asked for',
      'SUBGRAPH_INVALID_RESPONSE',
      (target, honest) => target.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(honest)),
    ],
    [
      'sends more than the limit',
      'SUBGRAPH_INVALID_RESPONSE',
      (target, honest) => replyWith(target, padded(honest, 33 * MEGABYTE)),
    ],
    [
      'sends more than the limit without saying so',
      'SUBGRAPH_INVALID_RESPONSE',
      (target, honest) => {
        target.writeHead(200).flushHeaders();
        target.end(padded(honest, 33 * MEGABYTE));
      },
    ],
    [
      'fails with 500 and a page',
      'SUBGRAPH_INVALID_RESPONSE',
      (target) => replyWith(target, '<h1>Internal Server Error</h1>', 500),
    ],
    ['fails with 500 and data', 'SUBGRAPH_INVALID_RESPONSE', (target, honest) => replyWith(target, honest, 500)],
    ['is away behind its proxy', 'SUBGRAPH_UNAVAILABLE', (target) => replyWith(target, '<h1>Bad Gateway</h1>', 502)],
    ['says that nothing has changed', 'SUBGRAPH_INVALID_RESPONSE', (target) => target.writeHead(304).end()],
    [
      'changes the protocol',
      'SUBGRAPH_UNAVAILABLE',
      (target) => replyRaw(target, raw('HTTP/1.1 101 Switching Protocols\nconnection: upgrade\nupgrade: websocket')),
    ],
    ['speaks no HTTP', 'SUBGRAPH_INVALID_RESPONSE', (target) => replyRaw(target, '220 mail.test ESMTP\r\n')],
    [
      'sends headers without end',
      'SUBGRAPH_UNAVAILABLE',
      (target, honest) => replyRaw(target, raw(`${OK}\nx-padding: ${'x'.repeat(MEGABYTE)}`, honest)),
    ],
  ])('%s', async (_case, code, reply) => {
    scene.reviews.reply = reply;

    for (const operation of operationNames) await expectFailedFetch(scene, operation, code);
  });

  it('sends the gateway elsewhere, where it does not go', async () => {
    const before = scene.reviews.requests.length;
    scene.reviews.reply = (target) => target.writeHead(307, { location: scene.reviews.url }).end();

    const { errors, problems } = await scene.ask('root fields');

    expect(problems).toEqual([]);
    expect(errors[0]?.extensions).toEqual({ code: 'SUBGRAPH_INVALID_RESPONSE', service: 'reviews' });
    expect(scene.reviews.requests).toHaveLength(before + 1);
  });

  it('fails with 500 and says in GraphQL why', async () => {
    const body = { errors: [{ message: 'Too many reviews', extensions: { code: 'TOO_MANY' } }] };
    scene.reviews.reply = (target) => replyWith(target, JSON.stringify(body), 500);

    for (const operation of operationNames) {
      const { data, errors, problems } = await scene.ask(operation);
      expect(problems).toEqual([]);
      expect(data).toEqual(withoutReviews(scene, operation));
      expect(errors[0]).toMatchObject({
        message: 'Too many reviews',
        extensions: { code: 'TOO_MANY', service: 'reviews' },
      });
    }
  });
});

describe('text that is no UTF-8', () => {
  it('comes with replacement characters', async () => {
    scene.reviews.reply = (target, honest) =>
      replyWith(target, Buffer.from(honest.replaceAll('String', '\u00ff'), 'latin1'));

    const { data, errors, problems } = await scene.ask('root fields');

    expect(problems).toEqual([]);
    expect(errors).toEqual([]);
    expect(data.best).toHaveProperty('text', expect.stringContaining('\ufffd'));
  });
});
