import { describe, expect, it } from '@jest/globals';
import { createCapturedLogger } from '@tributary/runtime/testing/captured-logger';
import { ACCESS_TOKEN_LIFETIME_MS } from './access-token.ts';
import { createEndedSessions } from './ended-sessions.ts';

interface Question {
  shard: string;
  withinMs: number;
}

/** Two shards whose sessions a test ends, and which it can take away. The clock of the readings moves only when told. */
function twoShards() {
  const { logger, lines } = createCapturedLogger();
  const ended = new Map<string, { id: bigint; endedAt: Date }[]>();
  const away = new Set<string>();
  const hanging = new Set<string>();
  const asked: Question[] = [];
  const clock = { nowMs: 1_000_000 };
  const sessions = createEndedSessions({
    databases: { allShards: () => ['shard_0', 'shard_1'].map((name) => ({ name })) },
    sessions: {
      async findEnded(shard, withinMs) {
        asked.push({ shard, withinMs });
        if (hanging.has(shard)) await new Promise(() => undefined);
        if (away.has(shard)) throw new Error(`${shard} is away`);
        return ended.get(shard) ?? [];
      },
    },
    logger,
    clockMs: () => clock.nowMs,
  });
  const end = (shard: string, id: bigint) =>
    ended.set(shard, [...(ended.get(shard) ?? []), { id, endedAt: new Date() }]);
  return { sessions, end, away, hanging, asked, clock, lines };
}

const idsOf = (ended: readonly { id: bigint }[]) => ended.map(({ id }) => id);

describe('ended sessions', () => {
  it('are read from all shards, until their last access token has expired', async () => {
    const { sessions, end } = twoShards();
    end('shard_0', 1n);
    end('shard_1', 2n);

    const ended = await sessions.read();

    expect(idsOf(ended)).toEqual([1n, 2n]);
    const untilMs = Date.now() + ACCESS_TOKEN_LIFETIME_MS;
    for (const session of ended) expect(Math.abs(session.untilMs - untilMs)).toBeLessThan(5_000);
  });

  it('are read once for all who ask within half a second', async () => {
    const { sessions, asked, clock } = twoShards();
    await Promise.all(Array.from({ length: 50 }, () => sessions.read()));
    expect(asked).toHaveLength(2);
    clock.nowMs += 500;
    await sessions.read();
    expect(asked).toHaveLength(4);
  });

  it('are asked for since the last reading, and for what may have been committed late', async () => {
    const { sessions, asked, clock } = twoShards();
    await sessions.read();
    clock.nowMs += 2_000;
    await sessions.read();
    expect(asked.filter(({ shard }) => shard === 'shard_0')).toEqual([
      { shard: 'shard_0', withinMs: ACCESS_TOKEN_LIFETIME_MS + 30_000 },
      { shard: 'shard_0', withinMs: 32_000 },
    ]);
  });

  it('are told to whom asks for the latest when they were seen, not when they ended', async () => {
    const { sessions, end, clock } = twoShards();
    end('shard_0', 1n);
    await sessions.read();
    clock.nowMs += 10_000;
    end('shard_0', 2n);

    expect(idsOf(await sessions.read(5_000))).toEqual([2n]);
    expect(idsOf(await sessions.read(10_000))).toEqual([1n, 2n]);
  });

  it('of a shard that was away are told when it is back, and the others meanwhile', async () => {
    const { sessions, end, away, asked, clock, lines } = twoShards();
    await sessions.read();
    away.add('shard_1');
    end('shard_0', 1n);
    end('shard_1', 2n);
    clock.nowMs += 60_000;
    expect(idsOf(await sessions.read(1_000))).toEqual([1n]);
    expect(lines).toMatchObject([{ component: 'ended sessions' }]);

    away.clear();
    clock.nowMs += 60_000;

    expect(idsOf(await sessions.read(1_000))).toEqual([2n]);
    expect(asked.at(-1)).toEqual({ shard: 'shard_1', withinMs: 150_000 });
  });

  it('of the other shards are told while one hangs, which is not asked again meanwhile', async () => {
    const { sessions, end, hanging, asked, clock } = twoShards();
    hanging.add('shard_1');
    end('shard_0', 1n);
    expect(idsOf(await sessions.read())).toEqual([1n]);
    clock.nowMs += 5_000;
    expect(idsOf(await sessions.read())).toEqual([1n]);
    expect(asked.filter(({ shard }) => shard === 'shard_1')).toHaveLength(1);
  });

  it('cannot be told while every shard is away', async () => {
    const { sessions, away } = twoShards();
    away.add('shard_0').add('shard_1');
    await expect(sessions.read()).rejects.toThrow('shard_0 is away');
  });
});
