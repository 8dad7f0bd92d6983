import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../kit/eventually.ts';
import { startTwoGateways, type TwoGateways } from './two-gateways.ts';

const SHOWN = 'query Shown($id: ID!) { product(id: $id) { id title rating { average } } }';
/** Far more than are at once: those who find out that nobody answers wait in the gateway and in two subgraphs. */
const REQUESTS = 2_000;
const AT_ONCE = 8;
/** What a look-up may wait for a store that does not answer, until it is given up. */
const BUDGET_MS = 150;
/** So that a machine that has nothing else to do is not held to its best. */
const LEAST_MISS_MS = 250;

let scene: TwoGateways;
/** What hits and misses take here while Redis is there, nearly all of them. */
let usualMs: number;
let ids: string[];

beforeAll(async () => {
  scene = await startTwoGateways('answer_outage');
  const { data } = await scene.graph.ask({ query: '{ products(first: 50) { nodes { id } } }' });
  ids = data.products.nodes.map(({ id }: { id: string }) => id);
  usualMs = Math.max(LEAST_MISS_MS, 2 * (await load({ hasMisses: true })).p99Ms);
}, 180_000);
afterAll(() => scene.stop());

/**
 * Sends requests to both gateways in turn.
 * @param options.hasMisses whether half of them ask what nobody has asked before, by a variable that is of no use
 */
async function load({ hasMisses }: { hasMisses: boolean }): Promise<{ failures: unknown[]; p99Ms: number }> {
  const failures: unknown[] = [];
  const durations: number[] = [];
  let sent = 0;
  async function lane(): Promise<void> {
    while (sent < REQUESTS) {
      const gateway = sent % 2 === 0 ? scene.left : scene.right;
      const id = ids[sent % ids.length];
      const isMiss = hasMisses && sent % 4 > 1;
      const variables = { id, ...(isMiss && { unused: `${scene.left.counters.of('miss')} ${sent}` }) };
      sent += 1;
      const startedAtMs = performance.now();
      const { status, data, errors } = await gateway.ask({ query: SHOWN, variables });
      durations.push(performance.now() - startedAtMs);
      if (status !== 200 || errors.length > 0 || data.product.id !== id) failures.push({ status, errors });
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  durations.sort((a, b) => a - b);
  return { failures, p99Ms: durations[Math.floor(durations.length * 0.99)] ?? 0 };
}

async function hitsAgain(): Promise<void> {
  const { counters, ask } = scene.left;
  const variables = { id: ids[0] };
  await eventually(
    async () => {
      const before = counters.of('hit');
      await ask({ query: SHOWN, variables });
      await ask({ query: SHOWN, variables });
      return counters.of('hit') - before;
    },
    (hits) => hits === 2,
  );
}

describe('while Redis', () => {
  it('is there, most requests are hits', async () => {
    const before = scene.left.counters.of('hit') + scene.right.counters.of('hit');
    const { failures } = await load({ hasMisses: false });
    expect(failures).toEqual([]);
    const hits = scene.left.counters.of('hit') + scene.right.counters.of('hit') - before;
    // What was filled in the first seconds of a Redis is filled once more, and on a busy machine Redis may be late.
    expect(hits).toBeGreaterThan(0.9 * REQUESTS);
  });

  it('hangs, no client sees an error or waits for much longer than the budget, and hits come back by themselves', async () => {
    await scene.redis.pause();
    const { failures, p99Ms } = await load({ hasMisses: true });
    scene.redis.resume();
    expect(failures).toEqual([]);
    expect(p99Ms).toBeLessThan(BUDGET_MS + usualMs);
    await hitsAgain();
  });

  it('is gone, no client sees an error, and hits come back by themselves when it is back, empty', async () => {
    await scene.redis.kill();
    const { failures, p99Ms } = await load({ hasMisses: true });
    expect(failures).toEqual([]);
    expect(p99Ms).toBeLessThan(BUDGET_MS + usualMs);
    await scene.redis.start();
    await hitsAgain();
  });

  it('goes away and comes back under load, no client sees an error', async () => {
    const loads = [load({ hasMisses: true }), load({ hasMisses: true })];
    await scene.redis.kill();
    await scene.redis.start();
    for (const { failures } of await Promise.all(loads)) expect(failures).toEqual([]);
    await hitsAgain();
  });
});
