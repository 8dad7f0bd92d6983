import { expect, it } from '@jest/globals';
import {
  hasWritten,
  hasWrittenAnywhere,
  minimumPositionOf,
  readAtLeast,
  recordWrite,
  runInDatabaseSession,
} from './database-session.ts';

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
      expect([minimumPositionOf('catalog'), minimumPositionOf('shard_0')]).toEqual([7, 0]);
      expect(hasWritten('shard_0')).toBe(true);
      recordWrite('shard_1');
    });
    expect(minimumPositionOf('catalog')).toBe(0);
    expect(hasWritten('shard_1')).toBe(true);
  });
  expect(minimumPositionOf('catalog')).toBe(0);
});

it('reads ask for the furthest of what they and their session ask for', async () => {
  await runInDatabaseSession(
    async () => {
      expect([minimumPositionOf('catalog'), minimumPositionOf('shard_0')]).toEqual([7, 7]);
      await readAtLeast({ catalog: 5, shard_0: 9, shard_1: 3 }, async () => {
        await Promise.resolve();
        expect(['catalog', 'shard_0', 'shard_1'].map(minimumPositionOf)).toEqual([7, 9, 3]);
      });
    },
    { minimumPositions: { catalog: 7, shard_0: 7 } },
  );
});
