import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Coordination, FillTicket, Subscription } from '@tributary/runtime/cache/coordination';
import { eventually } from '../kit/eventually.ts';
import { REDIS_START_LIMIT_MS } from './redis-program.ts';

let lastName = 0;
const unique = (kind: string): string => `processes ${kind}:${++lastName}`;

export interface ProcessesSetUp {
  readonly processes: readonly [Coordination, Coordination];
  /** Says something on the channel of the processes that neither of them says. */
  say(message: string): Promise<unknown>;
  tearDown(): Promise<void>;
}

/** What every {@link Coordination} of several processes does; they begin to hear of each other before the tests begin. */
export function describeProcesses(name: string, setUp: () => Promise<ProcessesSetUp>): void {
  describe(`two processes that agree on ${name}`, () => {
    let first: Coordination;
    let second: Coordination;
    let say: ProcessesSetUp['say'];
    let tearDown: () => Promise<void>;
    let subscription: Subscription | undefined;
    const heard: string[] = [];
    let gaps = 0;
    beforeAll(async () => {
      ({
        processes: [first, second],
        say,
        tearDown,
      } = await setUp());
      subscription = await second.subscribe({ onInvalidated: (tags) => heard.push(...tags), onGap: () => gaps++ });
      const early = unique('tag');
      await eventually(
        async () => {
          await first.invalidate({ tags: [early], positions: {} });
          return heard;
        },
        (tags) => tags.includes(early),
      );
    }, REDIS_START_LIMIT_MS);
    afterAll(async () => {
      await subscription?.close();
      await tearDown();
    });

    const untilHeard = (tag: string) =>
      eventually(
        async () => heard,
        (tags) => tags.includes(tag),
      );

    async function beginInSecond(tags: string[]): Promise<FillTicket> {
      const [ticket] = await second.beginFills([{ key: unique('key'), tags }]);
      if (!ticket) throw new Error('there was no ticket');
      return ticket;
    }

    it('tell each other of invalidations, however many tags they have', async () => {
      const tags = Array.from({ length: 1_000 }, () => unique('tag of a list that is long'));
      await first.invalidate({ tags, positions: {} });
      await eventually(
        async () => tags.filter((tag) => !heard.includes(tag)),
        (unheard) => unheard.length === 0,
      );
    });

    it.each(['{"invalidated":["by another release"]}', '[[1]]', 'no JSON', ''])(
      'take a message that reads %j for one that they missed, and hear the next one',
      async (message) => {
        const before = gaps;
        await say(message);
        await eventually(
          async () => gaps,
          (count) => count === before + 1,
        );
        const tag = unique('tag');
        await first.invalidate({ tags: [tag], positions: {} });
        await untilHeard(tag);
        expect(gaps).toBe(before + 1);
      },
    );

    it('throw away a fill that was overtaken by the other', async () => {
      const tag = unique('tag');
      const ticket = await beginInSecond([tag]);
      await first.invalidate({ tags: [tag], positions: {} });
      await untilHeard(tag);
      expect(await second.finishFills([{ ticket, tags: [tag], lifetimeMs: 60_000 }])).toEqual([
        { outcome: 'overtaken' },
      ]);
    });

    it('throw away a fill that was overtaken by a write of the other', async () => {
      const tag = unique('tag');
      const ticket = await beginInSecond([tag]);
      const [writer] = await first.beginFills([{ key: unique('write'), tags: [] }]);
      if (!writer) throw new Error('there was no ticket');
      const invalidation = { tags: [tag], positions: {} };
      await first.finishWrite({ ticket: writer, invalidation, entries: [{ tags: [tag], lifetimeMs: 60_000 }] });
      await untilHeard(tag);
      expect(await second.finishFills([{ ticket, tags: [tag], lifetimeMs: 60_000 }])).toEqual([
        { outcome: 'overtaken' },
      ]);
    });

    it('no longer hold true what the other invalidated', async () => {
      const tag = unique('tag');
      const ticket = await beginInSecond([tag]);
      const [verdict] = await second.finishFills([{ ticket, tags: [tag], lifetimeMs: 60_000 }]);
      await first.invalidate({ tags: [tag], positions: {} });
      await untilHeard(tag);
      expect(await second.versionsOf([tag])).not.toEqual(verdict?.outcome === 'current' && verdict.versions);
    });

    it('tell each other how far replicas have to be', async () => {
      const tag = unique('tag');
      await first.invalidate({ tags: [tag], positions: { catalog: 4096 } });
      await untilHeard(tag);
      expect((await beginInSecond([tag])).minimumPositions).toEqual({ catalog: 4096 });
    });
  });
}
