import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  PlacedEvent,
  RetentionOptions,
  ViewerEvent,
  ViewerEvents,
} from '@tributary/runtime/viewer-events/viewer-events';
import { eventually } from '../kit/eventually.ts';

export interface ViewerEventsSetUp {
  /** Opens what one process has; all that are opened see the same events. */
  open(options?: RetentionOptions): Promise<ViewerEvents>;
  tearDown(): Promise<void>;
}

const newViewer = () => `usr_${randomUUID()}`;
const eventOf = (viewerId: string, number: number): ViewerEvent => ({
  id: `${viewerId} ${number}`,
  name: 'OrderStatusChanged',
  viewerId,
  payload: { id: `ord_${number}` },
  positions: { shard_0: 4096 + number },
});
const numbersOf = (events: readonly PlacedEvent[]) => events.map(({ event }) => event.payload['id']);

const deaf = { isWaitedFor: () => false, onEvent: () => undefined, onGap: () => undefined };

/** What every {@link ViewerEvents} does. */
export function describeViewerEvents(name: string, setUp: () => Promise<ViewerEventsSetUp>, limitMs?: number): void {
  describe(`events of viewers in ${name}`, () => {
    let scene: ViewerEventsSetUp;
    let publisher: ViewerEvents;
    let reader: ViewerEvents;
    beforeAll(async () => {
      scene = await setUp();
      publisher = await scene.open();
      reader = await scene.open();
    }, limitMs);
    afterAll(async () => {
      await Promise.all([publisher?.close(), reader?.close()]);
      await scene?.tearDown();
    });

    async function publish(viewerId: string, ...numbers: number[]): Promise<void> {
      for (const number of numbers) await publisher.publish(eventOf(viewerId, number));
    }

    async function listenFor(...viewers: string[]) {
      const heard: PlacedEvent[] = [];
      const listening = await reader.listen({
        isWaitedFor: (viewerId) => viewers.includes(viewerId),
        onEvent: (placed) => heard.push(placed),
        onGap: () => undefined,
        onTick: () => undefined,
      });
      return { heard, close: () => listening.close() };
    }

    it('reach another process as they were, in their order', async () => {
      const viewer = newViewer();
      const { heard, close } = await listenFor(viewer);
      await publish(viewer, 1, 2, 3);
      await eventually(
        async () => heard,
        ({ length }) => length === 3,
      );
      expect(heard.map(({ event }) => event)).toEqual([1, 2, 3].map((number) => eventOf(viewer, number)));
      await close();
    });

    it('reach nobody who does not wait for that viewer', async () => {
      const [mine, theirs] = [newViewer(), newViewer()];
      const { heard, close } = await listenFor(mine);
      await publish(theirs, 1);
      await publish(mine, 2);
      await eventually(
        async () => heard,
        ({ length }) => length > 0,
      );
      expect(heard.map(({ event }) => event.viewerId)).toEqual([mine]);
      expect(
        (await reader.read(theirs, heard[0]?.position)).events.every(({ event }) => event.viewerId === theirs),
      ).toBe(true);
      await close();
    });

    it('are told once, however often they are published', async () => {
      const viewer = newViewer();
      const { position } = await reader.read(viewer, undefined);
      const { heard, close } = await listenFor(viewer);
      await publish(viewer, 1, 1, 2, 1);
      await eventually(
        async () => heard,
        ({ length }) => length >= 2,
      );
      expect(numbersOf(heard)).toEqual(['ord_1', 'ord_2']);
      expect(numbersOf((await reader.read(viewer, position)).events)).toEqual(['ord_1', 'ord_2']);
      await close();
    });

    it('are read from where a viewer was, before the first of them', async () => {
      const viewer = newViewer();
      const { position } = await reader.read(viewer, undefined);
      await publish(viewer, 1, 2);
      expect(await reader.read(viewer, position)).toMatchObject({ events: [{}, {}], isComplete: true });
    });

    it('are not read again from where they were read, or heard', async () => {
      const viewer = newViewer();
      const { heard, close } = await listenFor(viewer);
      await publish(viewer, 1, 2, 3);
      await eventually(
        async () => heard,
        ({ length }) => length === 3,
      );
      const afterFirst = await reader.read(viewer, heard[0]?.position);
      expect([numbersOf(afterFirst.events), afterFirst.isComplete]).toEqual([['ord_2', 'ord_3'], true]);
      expect(afterFirst.events.map(({ position }) => position)).toEqual(heard.slice(1).map(({ position }) => position));
      const afterAll = await reader.read(viewer, afterFirst.position);
      expect([afterAll.events, afterAll.isComplete]).toEqual([[], true]);
      await publish(viewer, 4);
      expect(numbersOf((await reader.read(viewer, afterAll.position)).events)).toEqual(['ord_4']);
      await close();
    });

    it('are kept in one order when many publish them at once', async () => {
      const viewer = newViewer();
      const { position } = await reader.read(viewer, undefined);
      const { heard, close } = await listenFor(viewer);
      await Promise.all(
        Array.from({ length: 40 }, (_, number) => (number % 2 ? publisher : reader).publish(eventOf(viewer, number))),
      );
      await eventually(
        async () => heard,
        ({ length }) => length === 40,
      );
      const { events, isComplete } = await reader.read(viewer, position);
      expect(numbersOf(heard)).toEqual(numbersOf(events));
      expect([new Set(numbersOf(events)).size, isComplete]).toEqual([40, true]);
      await close();
    });

    it('say that some are missing once more came than are kept', async () => {
      const few = await scene.open({ keptEvents: 3 });
      const viewer = newViewer();
      const { position } = await few.read(viewer, undefined);
      for (const number of [1, 2, 3]) await few.publish(eventOf(viewer, number));
      expect(await few.read(viewer, position)).toMatchObject({ isComplete: true });
      await few.publish(eventOf(viewer, 4));
      const missed = await few.read(viewer, position);
      expect([numbersOf(missed.events), missed.isComplete]).toEqual([['ord_2', 'ord_3', 'ord_4'], false]);
      expect(await few.read(viewer, missed.events[0]?.position)).toMatchObject({ events: [{}, {}], isComplete: true });
      await few.close();
    });

    it('say that some may be missing from a position that is too old to know', async () => {
      const brief = await scene.open({ retentionMs: 1 });
      const viewer = newViewer();
      const { position } = await brief.read(viewer, undefined);
      const missed = await eventually(
        () => brief.read(viewer, position),
        ({ isComplete }) => !isComplete,
      );
      expect(missed.events).toEqual([]);
      await brief.close();
    });

    it.each(['', 'nonsense', '0', '00000000.1-1', '00000000.999999999999999-0', "'; drop table events; --", '+', '$'])(
      'say that some may be missing from the position %j, which none of them gave out',
      async (position) => {
        const viewer = newViewer();
        expect(await reader.read(viewer, position)).toMatchObject({ events: [], isComplete: false });
        const { position: next } = await reader.read(viewer, position);
        expect(await reader.read(viewer, next)).toMatchObject({ events: [], isComplete: true });
      },
    );

    it('are refused when they are too large to be told', async () => {
      const large = { ...eventOf(newViewer(), 1), payload: { id: 'x'.repeat(8_000) } };
      await expect(publisher.publish(large)).rejects.toThrow(TypeError);
    });

    it('come with the time until which all have been heard', async () => {
      const ticks: number[] = [];
      const listening = await reader.listen({ ...deaf, onTick: (timeMs) => ticks.push(timeMs) });
      await publisher.tick();
      await publisher.tick();
      await eventually(
        async () => ticks,
        ({ length }) => length === 2,
      );
      expect(ticks.toSorted()).toEqual(ticks);
      expect(Date.now() - Math.max(...ticks)).toBeLessThan(60_000);
      await listening.close();
    });
  });
}
