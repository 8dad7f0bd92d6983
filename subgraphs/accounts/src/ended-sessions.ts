import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';
import { ACCESS_TOKEN_LIFETIME_MS } from './access-token.ts';
import type { SessionRepository } from './session-repository.ts';

/** A session that has ended, and when the last of its access tokens will have expired, in ms since 1970. */
export interface EndedSession {
  readonly id: bigint;
  readonly untilMs: number;
}

/** The sessions that ended before their access tokens did. */
export interface EndedSessions {
  /**
   * Those that were seen for the first time within so long, and all without a time.
   * @throws the failure of a database when none of them answers
   */
  read(withinMs?: number): Promise<EndedSession[]>;
}

/** However many gateways ask, the databases are asked twice a second. */
const FRESH_MS = 500;
/** A statement that ended a session may commit this much later; no statement takes longer. */
const COMMIT_MS = 30_000;
/** Longer no shard is waited for, so that one that hangs holds up what is known of the others for no longer. */
const SHARD_LIMIT_MS = 1_000;

/**
 * Reads ended sessions from all shards when asked. A shard that fails is left out, and asked for all that it has missed when
 * it answers again: while it is away no session on it can end.
 */
export function createEndedSessions({
  databases,
  sessions,
  logger,
  clockMs = () => performance.now(),
}: {
  databases: { allShards(): readonly { name: string }[] };
  sessions: Pick<SessionRepository, 'findEnded'>;
  logger: Logger;
  /** A clock that only goes forward. */
  clockMs?: () => number;
}): EndedSessions {
  const reportFailure = createFailureLog({ logger, component: 'ended sessions' });
  const seen = new Map<bigint, { untilMs: number; seenAtMs: number }>();
  const readAtMs = new Map<string, number>();
  const readings = new Map<string, Promise<void>>();
  let reading: { startedAtMs: number; done: Promise<void> } | undefined;

  /** Joins a reading under way: a shard that hangs is not asked over and over. */
  function readShard(name: string): Promise<void> {
    const underWay = readings.get(name) ?? readShardNow(name).finally(() => readings.delete(name));
    readings.set(name, underWay);
    return withLimit(underWay, name);
  }

  async function readShardNow(name: string): Promise<void> {
    const nowMs = clockMs();
    const unreadMs = Math.min(nowMs - (readAtMs.get(name) ?? Number.NEGATIVE_INFINITY), ACCESS_TOKEN_LIFETIME_MS);
    const ended = await sessions.findEnded(name, Math.ceil(unreadMs) + COMMIT_MS);
    const seenAtMs = clockMs();
    for (const { id, endedAt } of ended) {
      if (!seen.has(id)) seen.set(id, { untilMs: endedAt.getTime() + ACCESS_TOKEN_LIFETIME_MS, seenAtMs });
    }
    readAtMs.set(name, nowMs);
  }

  async function readShards(): Promise<void> {
    const outcomes = await Promise.allSettled(databases.allShards().map(({ name }) => readShard(name)));
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    for (const { reason } of failed) reportFailure(reason);
    if (failed.length > 0 && failed.length === outcomes.length) throw failed[0]?.reason;
    // COMMIT_MS more, or the next reading would find those again that were just forgotten.
    const forgottenMs = Date.now() - COMMIT_MS;
    for (const [id, { untilMs }] of seen) if (untilMs < forgottenMs) seen.delete(id);
  }

  return {
    async read(withinMs = Number.POSITIVE_INFINITY) {
      const nowMs = clockMs();
      if (!reading || nowMs - reading.startedAtMs >= FRESH_MS) reading = { startedAtMs: nowMs, done: readShards() };
      await reading.done;
      const ended: EndedSession[] = [];
      for (const [id, { untilMs, seenAtMs }] of seen) if (nowMs - seenAtMs <= withinMs) ended.push({ id, untilMs });
      return ended;
    },
  };
}

/** @throws Error when it takes too long; it goes on then */
async function withLimit(reading: Promise<void>, shard: string): Promise<void> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => limit.reject(new Error(`${shard} did not tell its ended sessions within ${SHARD_LIMIT_MS} ms`)),
    SHARD_LIMIT_MS,
  );
  try {
    await Promise.race([reading, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
