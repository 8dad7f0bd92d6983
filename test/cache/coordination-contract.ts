import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Coordination, FillTicket, FillVerdict, Version } from '@tributary/runtime/cache/coordination';
import { eventually } from '../kit/eventually.ts';
import { REDIS_START_LIMIT_MS } from './redis-program.ts';

/** Longer than a busy machine takes for a fill, since most fills here are to end before their lease does. */
export const CONTRACT_LEASE_MS = 1_000;
const LIFETIME_MS = 60_000;

let lastName = 0;
/** A name that no other test uses. */
const unique = (kind: string): string => `${kind}:${++lastName}`;

/** What every {@link Coordination} does whose leases last {@link CONTRACT_LEASE_MS}. Names are unique to each test. */
export function describeCoordination(
  name: string,
  setUp: () => Promise<{ coordination: Coordination; tearDown: () => Promise<void> }>,
): void {
  describe(`the coordination on ${name}`, () => {
    let coordination: Coordination;
    let tearDown: () => Promise<void>;
    beforeAll(async () => {
      ({ coordination, tearDown } = await setUp());
    }, REDIS_START_LIMIT_MS);
    afterAll(() => tearDown());

    async function begin(key: string, tags: string[] = []): Promise<FillTicket> {
      const [ticket] = await coordination.beginFills([{ key, tags }]);
      if (!ticket) throw new Error('there was no ticket');
      return ticket;
    }

    async function finish(ticket: FillTicket, tags: string[], lifetimeMs = LIFETIME_MS): Promise<FillVerdict> {
      const [verdict] = await coordination.finishFills([{ ticket, tags, lifetimeMs }]);
      if (!verdict) throw new Error('there was no verdict');
      return verdict;
    }

    async function versionOf(tag: string): Promise<Version | undefined> {
      return (await coordination.versionsOf([tag]))[0];
    }

    const invalidate = (tags: string[], positions = {}) => coordination.invalidate({ tags, positions });

    it('knows no version of a tag that nobody has used', async () => {
      expect(await coordination.versionsOf([unique('tag'), unique('tag')])).toEqual([undefined, undefined]);
    });

    it('lets a fill be stored that nothing overtook, with the versions that are current then', async () => {
      const tags = [unique('tag'), unique('tag')];
      const verdict = await finish(await begin(unique('key'), tags), tags);
      expect(verdict).toMatchObject({ outcome: 'current', versions: await coordination.versionsOf(tags) });
    });

    it('keeps the version of a tag that another entry bears already', async () => {
      const tag = unique('tag');
      await finish(await begin(unique('key')), [tag]);
      const before = await versionOf(tag);
      await invalidate([unique('tag')]);
      const verdict = await finish(await begin(unique('key')), [tag]);
      expect(verdict).toMatchObject({ outcome: 'current', versions: [before] });
    });

    it('gives a tag a greater version with every invalidation, and other tags none', async () => {
      const [tag, other] = [unique('tag'), unique('tag')];
      await finish(await begin(unique('key')), [tag, other]);
      const [first, untouched] = await coordination.versionsOf([tag, other]);
      await invalidate([tag]);
      const second = await versionOf(tag);
      await invalidate([tag]);
      const third = await versionOf(tag);
      expect(second).toBeGreaterThan(first ?? Number.NaN);
      expect(third).toBeGreaterThan(second ?? Number.NaN);
      expect(await versionOf(other)).toBe(untouched);
    });

    it('throws a fill away whose tag was invalidated after it began', async () => {
      const tag = unique('tag');
      const ticket = await begin(unique('key'), [tag]);
      await invalidate([tag]);
      expect(await finish(ticket, [tag])).toEqual({ outcome: 'overtaken' });
    });

    it('throws a fill away whose tag was invalidated after it began, even where only its value told the tag', async () => {
      const tag = unique('tag');
      const ticket = await begin(unique('key'));
      await invalidate([tag]);
      expect(await finish(ticket, [tag])).toEqual({ outcome: 'overtaken' });
    });

    it('lets a fill be stored that began after the invalidation', async () => {
      const tag = unique('tag');
      await invalidate([tag]);
      expect(await finish(await begin(unique('key')), [tag])).toMatchObject({ outcome: 'current' });
    });

    it('tells a fill how far replicas have to be, the furthest of all that was asked for', async () => {
      const [one, two] = [unique('tag'), unique('tag')];
      await invalidate([one], { catalog: 900, 'shard 0': 7 });
      await invalidate([one], { catalog: 800, 'shard 0': 30 });
      await invalidate([two], { catalog: 1000 });
      expect((await begin(unique('key'), [one, two])).minimumPositions).toEqual({ catalog: 1000, 'shard 0': 30 });
    });

    it('sends a fill back to read again that did not know a position which its tag asks for', async () => {
      const tag = unique('tag');
      await invalidate([tag], { catalog: 900, shard_0: 7 });
      const ticket = { ...(await begin(unique('key'))), minimumPositions: { shard_0: 8, shard_1: 1 } };
      const verdict = await finish(ticket, [tag]);
      expect(verdict).toMatchObject({ outcome: 'behind', positions: { catalog: 900 } });
      const told = { ...ticket, minimumPositions: { catalog: 900, shard_0: 8 } };
      expect(await finish(told, [tag])).toMatchObject({ outcome: 'current' });
    });

    it('gives the lease on a key to one at a time', async () => {
      const key = unique('key');
      const tickets = await Promise.all(Array.from({ length: 10 }, () => begin(key)));
      expect(tickets.filter(({ lease }) => lease !== undefined)).toHaveLength(1);
      await coordination.releaseLeases(tickets);
      expect((await begin(key)).lease).toBeDefined();
    });

    it('lets nobody release the lease of another', async () => {
      const key = unique('key');
      await begin(key);
      await coordination.releaseLeases([{ ...(await begin(key)), lease: 'another' }]);
      expect((await begin(key)).lease).toBeUndefined();
    });

    it('ends a lease by itself, and then throws away what its fill brings', async () => {
      const key = unique('key');
      const died = await begin(key);
      await eventually(
        () => begin(key),
        ({ lease }) => lease !== undefined,
      );
      expect(await finish(died, [unique('tag')])).toEqual({ outcome: 'lease-lost' });
    });

    it('forgets the versions of tags when the entries that bear them are gone, not before', async () => {
      const tag = unique('tag');
      await finish(await begin(unique('key')), [tag], 300);
      await finish(await begin(unique('key')), [tag], 1);
      expect(await versionOf(tag)).toBeDefined();
      await eventually(
        () => versionOf(tag),
        (version) => version === undefined,
      );
    });

    describe('a write that stores what it wrote', () => {
      const write = async (ticket: FillTicket, invalidated: string[], borne = invalidated): Promise<FillVerdict> => {
        const invalidation = { tags: invalidated, positions: { catalog: 5 } };
        const entries = [{ tags: borne, lifetimeMs: LIFETIME_MS }];
        const [verdict] = await coordination.finishWrite({ ticket, invalidation, entries });
        if (!verdict) throw new Error('there was no verdict');
        return verdict;
      };

      it('is given the new versions, and those of tags that it bears but did not invalidate', async () => {
        const [row, seen, unseen] = [unique('tag'), unique('tag'), unique('tag')];
        await finish(await begin(unique('key')), [row, seen]);
        const [before] = await coordination.versionsOf([row]);
        const verdict = await write(await begin(unique('write')), [row], [seen, row, unseen]);
        const versions = await coordination.versionsOf([seen, row, unseen]);
        expect(verdict).toMatchObject({ outcome: 'current', versions });
        expect(versions[1]).toBeGreaterThan(before ?? Number.NaN);
        expect(versions).not.toContain(undefined);
      });

      it('is refused when another has invalidated a tag of the entry since it began, and invalidates all the same', async () => {
        const [row, list] = [unique('tag'), unique('tag')];
        const ticket = await begin(unique('write'));
        await invalidate([list]);
        const before = await coordination.versionsOf([row, list]);
        expect(await write(ticket, [row], [row, list])).toEqual({ outcome: 'overtaken' });
        const [rowVersion, listVersion] = await coordination.versionsOf([row, list]);
        expect(rowVersion).toBeGreaterThan(before[0] ?? 0);
        expect(listVersion).toBe(before[1]);
      });

      it('is refused when another write of the same row ended since it began', async () => {
        const row = unique('tag');
        const tickets = [await begin(unique('write')), await begin(unique('write'))] as const;
        expect(await write(tickets[0], [row])).toMatchObject({ outcome: 'current' });
        expect(await write(tickets[1], [row])).toEqual({ outcome: 'overtaken' });
      });

      it('throws away a fill that began before it, and tells later ones where replicas have to be', async () => {
        const row = unique('tag');
        const fill = await begin(unique('key'));
        await write(await begin(unique('write')), [row]);
        expect(await finish({ ...fill, minimumPositions: { catalog: 5 } }, [row])).toEqual({ outcome: 'overtaken' });
        expect((await begin(unique('key'), [row])).minimumPositions).toEqual({ catalog: 5 });
      });

      it('is refused when it took longer than a lease lasts, and invalidates all the same', async () => {
        const [row, key] = [unique('tag'), unique('write')];
        const slow = await begin(key);
        await eventually(
          () => begin(key),
          ({ lease }) => lease !== undefined,
        );
        expect(await write(slow, [row])).toEqual({ outcome: 'lease-lost' });
        expect(await versionOf(row)).toBeDefined();
      });
    });

    it('tells every listener of every invalidation, and none that has left', async () => {
      const heard: string[][] = [[], []];
      const [first, second] = await Promise.all(
        heard.map((tags) =>
          coordination.subscribe({ onInvalidated: (invalidated) => tags.push(...invalidated), onGap: () => undefined }),
        ),
      );
      const early = unique('tag');
      await eventually(
        async () => {
          await invalidate([early]);
          return heard;
        },
        (all) => all.every((each) => each.includes(early)),
      );
      const tags = [unique('tag'), unique('tag'), unique('tag')];
      // What other tests said may be under way yet.
      const heardLater = () => heard.map((each) => each.filter((tag) => tags.includes(tag)));
      await invalidate(tags.slice(0, 2));
      await eventually(
        async () => heardLater(),
        (all) => all.every((each) => each.length === 2),
      );
      await first?.close();
      await invalidate(tags.slice(2));
      await eventually(
        async () => heardLater()[1],
        (each) => each?.length === 3,
      );
      // A cluster tells them one by one.
      expect(heardLater().map((each) => each.toSorted())).toEqual([tags.slice(0, 2).toSorted(), tags.toSorted()]);
      await second?.close();
    });
  });
}
