import type { JsonObject } from '../queue/event-envelope.ts';
import { empty, sql } from '../sql/sql-fragment.ts';
import type { SqlTransaction } from '../transactions/sql-transaction.ts';

/** Something that was done, or refused. Ids are in their typed text form. */
export interface AuditRecord {
  /** Of the event that told of it; what comes a second time is written once. */
  readonly eventId: bigint;
  /** Of the event. */
  readonly name: string;
  /** Who did it; null where nobody is known to have. */
  readonly actor: string | null;
  /** What it was done to. */
  readonly subject: string | null;
  /** No secret, and no address of anybody. */
  readonly details: JsonObject;
  readonly occurredAt: Date;
}

/** Which records to read: all that fit, the newest first. */
export interface AuditQuery {
  readonly actor?: string | undefined;
  readonly subject?: string | undefined;
  readonly name?: string | undefined;
  readonly since?: Date | undefined;
  readonly limit: number;
}

/** The catalog's client, or its primary's. */
type AuditClient = Pick<SqlTransaction, '$executeRaw' | '$queryRaw'>;

/** Adds a record, unless it is there: nothing takes it away again, or changes it. */
export async function appendToAuditLog(client: AuditClient, record: AuditRecord): Promise<void> {
  const { eventId, name, actor, subject, details, occurredAt } = record;
  await client.$executeRaw`
    INSERT INTO audit_log (event_id, name, actor, subject, details, occurred_at)
    VALUES (${eventId}, ${name}, ${actor}, ${subject}, ${JSON.stringify(details)}::jsonb, ${occurredAt}::timestamptz)
    ON CONFLICT DO NOTHING`;
}

/** The records that fit. */
export async function readAuditLog(
  client: AuditClient,
  { actor, subject, name, since, limit }: AuditQuery,
): Promise<AuditRecord[]> {
  return client.$queryRaw<AuditRecord[]>`
    SELECT event_id AS "eventId", name, actor, subject, details, occurred_at AS "occurredAt" FROM audit_log
    WHERE true
      ${actor === undefined ? empty : sql`AND actor = ${actor}`}
      ${subject === undefined ? empty : sql`AND subject = ${subject}`}
      ${name === undefined ? empty : sql`AND name = ${name}`}
      ${since === undefined ? empty : sql`AND event_id >= first_id_at(${since}::timestamptz)`}
    ORDER BY event_id DESC LIMIT ${limit}::integer`;
}
