import { describe, expect, it } from '@jest/globals';
import {
  currentSignal,
  EVERY_DATABASE,
  hasWritten,
  hasWrittenAnywhere,
  minimumPositionOf,
  reachedPositions,
  readAtLeast,
  recordUse,
  recordWrite,
  runInDatabaseSession,
  runToTheEnd,
} from './database-session.ts';

const bytesOf = (database: string) => minimumPositionOf(database).bytes;

it('a session remembers which databases it has written to, over any await', async () => {
  await runInDatabaseSession(async () => {
    expect(hasWritten('shard_0')).toBe(false);
    await Promise.resolve().then(() => recordWrite('shard_0'));
    expect(hasWritten('shard_0')).toBe(true);
    expect(hasWritten('shard_1')).toBe(false);
    expect(hasWrittenAnywhere()).toBe(true);
  });
});

it('sessions know nothing of each other', async () => {
  const written = Promise.withResolvers<void>();
  await Promise.all([
    runInDatabaseSession(async () => {
      recordWrite('shard_0');
      written.resolve();
    }),
    runInDatabaseSession(async () => {
      await written.promise;
      expect(hasWritten('shard_0')).toBe(false);
    }),
  ]);
});

it('outside a session a write is not remembered', () => {
  recordWrite('shard_0');
  expect(hasWritten('shard_0')).toBe(false);
});

it('reads ask for a position only inside of what asks for it, and belong to the session around them', async () => {
  await runInDatabaseSession(async () => {
    recordWrite('shard_0');
    await readAtLeast({ catalog: 7 }, async () => {
      await Promise.resolve();
      expect([bytesOf('catalog'), bytesOf('shard_0')]).toEqual([7, 0]);
      expect(hasWritten('shard_0')).toBe(true);
      recordWrite('shard_1');
    });
    expect(bytesOf('catalog')).toBe(0);
    expect(hasWritten('shard_1')).toBe(true);
  });
  expect(bytesOf('catalog')).toBe(0);
});

it('reads ask for the furthest of what they and their session ask for', async () => {
  await runInDatabaseSession(
    async () => {
      expect([bytesOf('catalog'), bytesOf('shard_0')]).toEqual([7, 7]);
      await readAtLeast({ catalog: 5, shard_0: 9, shard_1: 3 }, async () => {
        await Promise.resolve();
        expect(['catalog', 'shard_0', 'shard_1'].map(bytesOf)).toEqual([7, 9, 3]);
      });
    },
    { minimumPositions: { catalog: 7, shard_0: 7 } },
  );
});

it('what the viewer has seen holds beside what a cache asks for, timelines too', async () => {
  const seen = { catalog: { timeline: 2, bytes: 10 }, shard_0: { timeline: 1, bytes: 5 } };
  await runInDatabaseSession(
    async () => {
      expect(minimumPositionOf('catalog')).toEqual({ timeline: 2, bytes: 10 });
      await readAtLeast({ catalog: 12, shard_0: 3 }, async () => {
        expect(minimumPositionOf('catalog')).toEqual({ timeline: 2, bytes: 12 });
        expect(minimumPositionOf('shard_0')).toEqual({ timeline: 1, bytes: 5 });
      });
    },
    { seen, minimumPositions: { shard_0: 4 } },
  );
  const everywhere = { [EVERY_DATABASE]: { timeline: 1, bytes: 7 }, catalog: { timeline: 1, bytes: 9 } };
  runInDatabaseSession(() => expect(['catalog', 'shard_3'].map(bytesOf)).toEqual([9, 7]), { seen: everywhere });
});

describe('what a session has reached', () => {
  const at = (timeline: number, bytes: number) => ({ positionFromNowOn: async () => ({ timeline, bytes }) });

  it('is the furthest of the servers that it used, of each database', async () => {
    await runInDatabaseSession(
      async () => {
        const primary = at(2, 20);
        recordUse('catalog', at(2, 15));
        recordUse('catalog', primary);
        recordUse('catalog', primary);
        recordUse('shard_0', at(1, 4));
        expect(await reachedPositions()).toEqual({
          catalog: { timeline: 2, bytes: 20 },
          shard_0: { timeline: 1, bytes: 4 },
        });
      },
      { isFollowed: true },
    );
  });

  it('leaves out a replica that cannot tell any more, and wants the primary where that is so of a write', async () => {
    await runInDatabaseSession(
      async () => {
        recordUse('catalog', at(0, 0));
        recordUse('shard_0', at(0, 0));
        recordWrite('shard_0');
        expect(await reachedPositions()).toEqual({ shard_0: { timeline: 0, bytes: Number.MAX_SAFE_INTEGER } });
      },
      { isFollowed: true },
    );
  });

  it('costs nothing where nobody follows it', async () => {
    await runInDatabaseSession(async () => {
      recordUse('catalog', { positionFromNowOn: () => Promise.reject(new Error('was asked')) });
      expect(await reachedPositions()).toEqual({});
    });
  });
});

it('a session is given up by its signal, but not what others may wait for, or what has to be told of a write', () => {
  const signal = AbortSignal.abort();
  runInDatabaseSession(
    () => {
      expect(currentSignal()).toBe(signal);
      readAtLeast({}, () => expect(currentSignal()).toBeUndefined());
      runToTheEnd(() => expect(currentSignal()).toBeUndefined());
    },
    { signal: { toAbortSignal: () => signal } },
  );
  expect(currentSignal()).toBeUndefined();
  expect(runToTheEnd(() => 'done')).toBe('done');
});
