import { Pool, type QueryResultRow } from 'pg';
import { listenToPostgres } from '../cache/postgres-listener.ts';
import { messageReader, readEvent, TICK, writeEvent } from './event-message.ts';
import { newStoreName, type ParsedPosition, parsePosition } from './event-position.ts';
import { missedEvents } from './missed-events.ts';
import { PUBLISH, READ, SWEEP, TELL_TIME, VIEWER_EVENTS_SCHEMA } from './postgres-viewer-schema.ts';
import {
  KEPT_EVENTS,
  RETENTION_MS,
  type RetentionOptions,
  TICK_MARGIN_MS,
  type ViewerEvents,
} from './viewer-events.ts';

export interface PostgresViewerEventsOptions extends RetentionOptions {
  /** Of a primary, and of a role that may create a schema or find the one that is there. */
  readonly url: string;
  readonly channel: string;
  readonly onError: (error: Error) => void;
}

interface FoundRow extends QueryResultRow {
  store: string;
  now_ms: string;
  newest: string | null;
  events: { at: number; before: number | null; event: unknown }[];
}

const POOL_SIZE = 2;
const CALL_TIMEOUT_MS = 2_000;
const SWEEP_INTERVAL_MS = 60_000;
/** Positions are microseconds in the tables. */
const SEQUENCES_PER_MS = 1_000;

/**
 * {@link ViewerEvents} in a table of Postgres with notifications, for installations without Redis. What is needed is made when it is
 * first used. Events that are past their time are deleted.
 */
export function createPostgresViewerEvents(options: PostgresViewerEventsOptions): ViewerEvents {
  const { url, channel, onError, retentionMs = RETENTION_MS, keptEvents = KEPT_EVENTS } = options;
  const pool = new Pool({
    connectionString: url,
    application_name: `events ${channel}`,
    max: POOL_SIZE,
    connectionTimeoutMillis: CALL_TIMEOUT_MS,
    query_timeout: CALL_TIMEOUT_MS,
  });
  pool.on('error', onError);
  let schema: Promise<unknown> | undefined;
  const sweeping = setInterval(() => void query(SWEEP, [retentionMs]).catch(onError), SWEEP_INTERVAL_MS).unref();

  async function query<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    schema ??= pool.query(VIEWER_EVENTS_SCHEMA).catch((error: unknown) => {
      schema = undefined;
      throw error;
    });
    await schema;
    return (await pool.query<Row>(text, values)).rows;
  }

  return {
    async publish(event) {
      const text = writeEvent(event);
      await query(PUBLISH, [event.viewerId, event.id, text, keptEvents, channel, newStoreName()]);
    },

    listen: (listener) =>
      listenToPostgres({
        url,
        channel,
        onMessage: messageReader(listener, onError),
        onConnected: () => listener.onGap(),
        onLost: onError,
      }),

    async read(viewerId, after) {
      const from = after === undefined ? undefined : parsePosition(after);
      const afterMicros = from === undefined ? null : from.timeMs * SEQUENCES_PER_MS + Math.min(from.sequence, 999);
      const [row] = await query<FoundRow>(READ, [viewerId, afterMicros, newStoreName()]);
      if (!row) throw new Error('the events of a viewer were not answered');
      const { store } = row;
      const events = row.events.map(({ at, before, event }) => ({
        at: positionOf(store, at),
        before: before === null ? undefined : positionOf(store, before),
        event: readEvent(JSON.stringify(event)),
      }));
      const newest = row.newest === null ? undefined : positionOf(store, Number(row.newest));
      return missedEvents({ store, nowMs: Number(row.now_ms), events, newest }, after, retentionMs);
    },

    async tick() {
      await query(TELL_TIME, [channel, TICK, TICK_MARGIN_MS]);
    },

    async close() {
      clearInterval(sweeping);
      await pool.end();
    },
  };
}

function positionOf(store: string, micros: number): ParsedPosition {
  return { store, timeMs: Math.floor(micros / SEQUENCES_PER_MS), sequence: micros % SEQUENCES_PER_MS };
}
