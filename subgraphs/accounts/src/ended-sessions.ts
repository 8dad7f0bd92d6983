import type { Databases } from '@tributary/prisma/clients/databases';
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

/**
 * Reads ended sessions from all shards when asked. A shard that fails is left out, and asked for all that it has missed when
 * it answers again: while it is away no session on it can end.
 */
export function createEndedSessions({
  databases,
  sessions,
  logger,
}: {
  databases: Pick<Databases, 'allShards'>;
  sessions: Pick<SessionRepository, 'findEnded'>;
  logger: Logger;
}): EndedSessions {
  const reportFailure = createFailureLog({ logger, component: 'ended sessions' });
  const seen = new Map<bigint, { untilMs: number; seenAtMs: number }>();
  const readAtMs = new Map<string, number>();
  let reading: { startedAtMs: number; done: Promise<void> } | undefined;

  async function readShard(name: string): Promise<void> {
    const nowMs = performance.now();
    const unreadMs = Math.min(nowMs - (readAtMs.get(name) ?? Number.NEGATIVE_INFINITY), ACCESS_TOKEN_LIFETIME_MS);
    const ended = await sessions.findEnded(name, Math.ceil(unreadMs) + COMMIT_MS);
    const seenAtMs = performance.now();
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
      const nowMs = performance.now();
      if (!reading || nowMs - reading.startedAtMs >= FRESH_MS) reading = { startedAtMs: nowMs, done: readShards() };
      await reading.done;
      const ended: EndedSession[] = [];
      for (const [id, { untilMs, seenAtMs }] of seen) if (nowMs - seenAtMs <= withinMs) ended.push({ id, untilMs });
      return ended;
    },
  };
}
