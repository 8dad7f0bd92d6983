import { expect, it } from '@jest/globals';
import { hasWritten, recordWrite, runInDatabaseSession } from './database-session.ts';

it('a session remembers which databases it has written to, over any await', async () => {
  await runInDatabaseSession(async () => {
    expect(hasWritten('shard_0')).toBe(false);
    await Promise.resolve().then(() => recordWrite('shard_0'));
    expect(hasWritten('shard_0')).toBe(true);
    expect(hasWritten('shard_1')).toBe(false);
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
