import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ViewStep } from '@tributary/subgraph-catalog/view-step';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { eventually } from '../kit/eventually.ts';
import { FlusherScene } from './flusher-scene.ts';

const STEPS: readonly ViewStep[] = ['taken', 'recorded', 'written', 'committed', 'confirmed'];
const ROUNDS = 6;
const TEST_LIMIT_MS = 120_000;

let scene: FlusherScene;
beforeAll(async () => {
  scene = await FlusherScene.start('flusher_killed');
}, REDIS_START_LIMIT_MS);
afterAll(() => scene?.stop());

/** What every user looked at, as the views were acknowledged, is on their shard; each product once, and the latest time. */
async function expectRecentViews(): Promise<void> {
  for (const [index, userId] of scene.userIds.entries()) {
    const rows = await scene.databases.shardOf(userId).$primary().recentlyViewed.findMany({ where: { userId } });
    const own = scene.productIds.filter((_, product) => product % scene.userIds.length === index);
    expect(rows.map(({ productId }) => productId).toSorted()).toEqual(own.toSorted());
  }
}

describe('a flusher that is killed', () => {
  it.each(STEPS)(
    'when a batch is %s leaves it to another, which counts each view once',
    async (step) => {
      await scene.view(60);
      // They compete for batches, and there is always something to take, until all have died.
      const ends = [1, 2, 3].map((count) => scene.startFlusher({ step, count }).ended);
      const ending = Promise.all(ends);
      let areAlive = true;
      void ending.finally(() => {
        areAlive = false;
      });
      while (areAlive) await scene.view(7);
      expect(await ending).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL']);
      await scene.flushTheRest();
      expect(await scene.counted()).toEqual(scene.acknowledged);
      await expectRecentViews();
    },
    TEST_LIMIT_MS,
  );

  it(
    'at any moment, while another works beside it, counts no view twice and leaves none',
    async () => {
      let isOver = false;
      const viewing = (async () => {
        while (!isOver) await scene.view(10);
      })();
      for (let round = 0; round < ROUNDS; round++) {
        const flushers = [scene.startFlusher(), scene.startFlusher()];
        const before = await scene.countedInAll();
        await eventually(
          () => scene.countedInAll(),
          (counted) => counted > before,
          { limitMs: 30_000 },
        );
        for (const flusher of flushers) flusher.kill();
        expect(await Promise.all(flushers.map(({ ended }) => ended))).toEqual(['SIGKILL', 'SIGKILL']);
      }
      isOver = true;
      await viewing;
      await scene.flushTheRest();
      expect(await scene.counted()).toEqual(scene.acknowledged);
      await expectRecentViews();
    },
    TEST_LIMIT_MS,
  );
});
