import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { Random } from '@tributary/prisma/seed/random';
import { readSagaLedger } from './saga-ledger.ts';
import { SagaWorld } from './saga-world.ts';

const SEEDS = [1, 2];
const ROUNDS = 60;

let world: SagaWorld;
beforeAll(async () => {
  world = await SagaWorld.start('interleavings');
}, 120_000);
afterAll(() => world?.stop());

/** Events come late, twice and in any order; whatever happens in a round happens at once. */
async function live(random: Random): Promise<void> {
  const steps = [
    ...Array.from({ length: 3 }, () => () => world.place(random)),
    ...Array.from({ length: 6 }, () => () => world.deliver(random)),
    () => world.redeliver(random),
    () => world.cancel(random),
    () => world.cancel(random),
    () => world.expire(random),
  ];
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(Array.from({ length: random.between(1, 4) }, () => random.pick(steps)()));
  }
  await world.settle(random);
}

it.each(SEEDS)(
  'orders and stock add up under any interleaving: seed %i',
  async (seed) => {
    await live(new Random(seed));

    const units = new Map(world.products.map((id) => [id, world.initialStock]));
    const { contradictions, deadlocks, orderIds, statuses } = await readSagaLedger(world.bed.config, units);
    expect(contradictions).toEqual([]);
    expect(new Set(orderIds)).toEqual(new Set(world.acknowledged.keys()));
    expect(Object.keys(statuses).sort()).toEqual(['CANCELLED', 'CONFIRMED', 'REJECTED']);
    expect(deadlocks).toBe(0);
  },
  60_000,
);

it('every order was told of once for each step that it took', () => {
  const { published } = world.bed.queue;
  for (const orderId of world.acknowledged.keys()) {
    const about = published.filter(({ payload }) => payload['orderId'] === encodeId('order', orderId));
    const names = about.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  }
  expect(new Set(published.map(({ name }) => name))).toEqual(
    new Set([
      ...['OrderPlaced', 'OrderConfirmed', 'OrderRejected', 'OrderExpired', 'OrderCancelled'],
      ...['StockReserved', 'StockRejected'],
    ]),
  );
});
