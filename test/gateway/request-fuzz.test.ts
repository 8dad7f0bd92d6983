import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type ShopGateway, startShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { Random } from '@tributary/prisma/seed/random';
import { fuzzedRequest } from './request-generator.ts';

/** `TRIBUTARY_FUZZ_REQUESTS=20000` sends more of them. */
const REQUESTS = Number(process.env['TRIBUTARY_FUZZ_REQUESTS'] ?? 4_000);
const SEED = Number(process.env['TRIBUTARY_FUZZ_SEED'] ?? 1);
const AT_ONCE = 64;
/** Of a request that is not whole there is nothing to wait for. */
const PATIENCE_MS = 100;
const TIMEOUT_MS = 30_000 + REQUESTS * 5;

let shop: ShopGateway;
beforeAll(async () => {
  shop = await startShopGateway({ isDevelopment: false, batchLimit: 5 });
});
afterAll(() => shop.stop());

/** Writes bytes on a connection of their own, and reads what comes back. */
function exchange(port: number, bytes: Buffer): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let received = '';
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
  socket.setTimeout(PATIENCE_MS, () => socket.end());
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
    // Who asked for a stream, or sent several requests, need not see the end.
    if (received.includes('\r\n\r\n')) setImmediate(() => socket.destroy());
  });
  // To be cut off is an answer, too.
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(received));
  return promise;
}

it(
  'answers whatever is sent without a failure of its own, and goes on',
  async () => {
    const port = Number(new URL(shop.url).port);
    const random = Random.of('requests', SEED);
    const statuses = new Map<string, number>();
    const failed: { request: string; answer: string }[] = [];
    let left = REQUESTS;

    async function send(): Promise<void> {
      while (left > 0) {
        left -= 1;
        const bytes = fuzzedRequest(random);
        const answer = await exchange(port, bytes);
        const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'none';
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status.startsWith('5') || answer.includes('INTERNAL_SERVER_ERROR')) {
          failed.push({ request: bytes.toString('latin1'), answer });
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, send));

    expect(failed).toEqual([]);
    expect(shop.logLines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    expect(statuses.get('200') ?? 0).toBeGreaterThan(REQUESTS / 100);
    expect(statuses.get('400') ?? 0).toBeGreaterThan(REQUESTS / 100);
    const { status, answer } = await shop.ask('{ products { name } }');
    expect([status, answer.data]).toEqual([200, { products: [{ name: 'Product 1' }, { name: 'Product 2' }] }]);
  },
  TIMEOUT_MS,
);
