import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';

/** A session that ended before its access tokens do. */
export interface Revocation {
  readonly sessionId: string;
  /** When the last of its access tokens will have expired. */
  readonly untilMs: number;
}

/** Whoever knows which sessions have ended. */
export interface RevocationSource {
  /**
   * Those that became known within so long, or, without a time, all whose tokens may still live.
   * @throws Error when it cannot say
   */
  read(withinMs?: number): Promise<readonly Revocation[]>;
  stop(): Promise<void>;
}

export const unknownRevocationsPolicies = ['open', 'closed'] as const;

export interface RevocationOptions {
  /** open: tokens count while nobody can say what was revoked. closed: they are refused then. */
  readonly whenUnknown: (typeof unknownRevocationsPolicies)[number];
  /** After so long without word nobody can say. */
  readonly unknownAfterMs: number;
}

/** Which sessions have ended, known without asking. */
export interface Revocations {
  /**
   * Rises when another session becomes known to have ended: one that had not at a revision has not while that stays.
   * @throws CodedError SUBGRAPH_UNAVAILABLE when nobody knows, and that is to count as a refusal
   */
  revision(): number;
  /** @throws what `revision` throws */
  isRevoked(sessionId: string): boolean;
  stop(): Promise<void>;
}

const POLL_MS = 1_000;
/** What became known just before the last word may have been said by another process, which knew it a little later. */
const OVERLAP_MS = 30_000;
/** All are read again now and then, so that nothing that fell between two processes is missed for good. */
const READ_ALL_MS = 60_000;

/**
 * Follows a source, asking every second. Answers once it has been asked for the first time, whether it has answered or not.
 * @param options.keepLongerMs how long after its end a token is accepted, because clocks differ
 */
export async function followRevocations(
  source: RevocationSource,
  options: RevocationOptions & { keepLongerMs: number; logger: Logger; pollMs?: number },
): Promise<Revocations> {
  const { whenUnknown, unknownAfterMs, keepLongerMs, logger, pollMs = POLL_MS } = options;
  const reportFailure = createFailureLog({ logger, component: 'revoked sessions' });
  const stopping = new AbortController();
  const untilBySession = new Map<string, number>();
  let knownAtMs = Number.NEGATIVE_INFINITY;
  let allKnownAtMs = Number.NEGATIVE_INFINITY;
  let revision = 0;

  async function poll(): Promise<void> {
    const nowMs = performance.now();
    const isForAll = nowMs - allKnownAtMs >= READ_ALL_MS;
    const revoked = await source.read(isForAll ? undefined : Math.ceil(nowMs - knownAtMs) + OVERLAP_MS);
    for (const { sessionId, untilMs } of revoked) {
      if (!untilBySession.has(sessionId)) revision += 1;
      untilBySession.set(sessionId, untilMs + keepLongerMs);
    }
    knownAtMs = nowMs;
    if (!isForAll) return;
    allKnownAtMs = nowMs;
    for (const [sessionId, untilMs] of untilBySession) if (untilMs < Date.now()) untilBySession.delete(sessionId);
  }

  async function pollAndReport(): Promise<void> {
    await poll().catch((cause: unknown) => {
      if (stopping.signal.aborted) return;
      const reason = cause instanceof Error ? cause.message : String(cause);
      reportFailure(new Error(`cannot learn which sessions were revoked: ${reason}`, { cause }));
    });
  }

  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      await delay(pollMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      if (!stopping.signal.aborted) await pollAndReport();
    }
  }

  function refuseUnknown(): void {
    if (whenUnknown === 'closed' && performance.now() - knownAtMs > unknownAfterMs) {
      throw new CodedError('SUBGRAPH_UNAVAILABLE', 'Access tokens cannot be verified at the moment');
    }
  }

  await pollAndReport();
  const following = follow();
  return {
    revision() {
      refuseUnknown();
      return revision;
    },
    isRevoked(sessionId) {
      refuseUnknown();
      return untilBySession.has(sessionId);
    },
    async stop() {
      stopping.abort();
      await source.stop();
      await following;
    },
  };
}
