import { hash } from 'node:crypto';
import { CATALOG_LOGICAL_SHARD, logicalShardOf } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { writeOutbox } from '@tributary/prisma/outbox/outbox';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import { defineEvent, type Occurrence } from '@tributary/runtime/events/event-definition';
import type { JsonObject } from '@tributary/runtime/events/json-value';
import { z } from 'zod';
import type { AttemptMarks } from './log-in-throttle.ts';

/** The name under which this subgraph publishes. */
export const PRODUCER = 'accounts';

const userId = z.string().startsWith('usr_');
const sessionId = z.string().startsWith('ses_');
/** A hash: who has an address can tell whether it is meant, and nobody else whose it is. */
const client = z.string().nullable();
const sample = { userId: 'usr_00y1qm3xqw000', sessionId: 'ses_03c8wd5xqw000' };

/** Somebody who knew the password, or has just registered, has a session. */
export const loggedIn = defineEvent({
  name: 'LoggedIn',
  version: 1,
  schema: z.object({ userId, sessionId, client }),
  sample: { ...sample, client: 'address:q0pX' },
});

/** A password was wrong, or there is no such account; for `pauseMs` no further attempt is looked at. */
export const logInFailed = defineEvent({
  name: 'LogInFailed',
  version: 1,
  schema: z.object({ account: z.string(), client, pauseMs: z.int().min(0) }),
  sample: { account: 'account:9fQ2', client: 'address:q0pX', pauseMs: 1_000 },
});

/** A session ended before its time: its user did it, or its refresh token came a second time. */
export const loggedOut = defineEvent({
  name: 'LoggedOut',
  version: 1,
  schema: z.object({ sessionId, reason: z.enum(['LOGGED_OUT', 'TOKEN_REUSED']) }),
  sample: { sessionId: sample.sessionId, reason: 'LOGGED_OUT' as const },
});

/** A user ended all their sessions, so many that had not ended. */
export const loggedOutEverywhere = defineEvent({
  name: 'LoggedOutEverywhere',
  version: 1,
  schema: z.object({ userId, sessions: z.int().min(1) }),
  sample: { userId: sample.userId, sessions: 3 },
});

type SessionEnd = 'LOGGED_OUT' | 'TOKEN_REUSED';

/** Publishes with a transaction of the user's shard. */
export function publishLoggedIn(
  tx: SqlTransaction,
  session: { userId: bigint; sessionId: bigint; client: string | null },
): Promise<void> {
  const payload = {
    userId: encodeId('user', session.userId),
    sessionId: encodeId('session', session.sessionId),
    client: session.client,
  };
  return publish(tx, session.userId, loggedIn.about(session.userId, payload));
}

/** Publishes with a transaction of the session's shard. */
export function publishLoggedOut(tx: SqlTransaction, id: bigint, reason: SessionEnd): Promise<void> {
  return publish(tx, id, loggedOut.about(id, { sessionId: encodeId('session', id), reason }));
}

/** Publishes with a transaction of the user's shard. */
export function publishLoggedOutEverywhere(tx: SqlTransaction, id: bigint, sessions: number): Promise<void> {
  return publish(tx, id, loggedOutEverywhere.about(id, { userId: encodeId('user', id), sessions }));
}

/** Publishes with a transaction of the catalog, whether there is such an account or not. */
export function publishLogInFailed(tx: SqlTransaction, { account, client, pauseMs }: AttemptMarks): Promise<void> {
  const event = logInFailed.about(idOfAccount(account), { account, client, pauseMs });
  return writeOutbox(tx, { ...event, producer: PRODUCER, logicalShard: CATALOG_LOGICAL_SHARD });
}

/** An account that may not exist has no id; this one keeps its failures in order. */
function idOfAccount(account: string): bigint {
  return BigInt.asUintN(62, BigInt(`0x${hash('sha256', account, 'hex').slice(0, 16)}`));
}

function publish<Payload extends JsonObject>(
  tx: SqlTransaction,
  id: bigint,
  event: Occurrence<Payload>,
): Promise<void> {
  return writeOutbox(tx, { ...event, producer: PRODUCER, logicalShard: logicalShardOf(id) });
}
