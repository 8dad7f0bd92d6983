import { Client } from 'pg';
import { messageOf } from '../errors/thrown-value.ts';

export type NodeRole = 'primary' | 'replica';

/** What a probe found: what a server is and where it is in the write-ahead log, or why it could not be asked. */
export type ProbeResult =
  | {
      status: 'healthy';
      role: NodeRole;
      /** Of the log: every promotion begins a higher one. */
      timeline: number;
      /** How far a replica has replayed, or a primary has written. */
      lsn: string;
    }
  | { status: 'unhealthy'; reason: string };

export interface HealthProbeOptions {
  url: string;
  /** From the end of one probe to the start of the next. */
  intervalMs: number;
  /** How long the server may take to connect, and again to answer. */
  timeLimitMs: number;
  /** Called with the result of every probe. */
  onResult: (result: ProbeResult) => void;
}

export interface HealthProbe {
  /** Resolves when the first probe is done, whatever its result. */
  readonly first: Promise<void>;
  /** Probes at once, or joins the probe that is under way; resolves when it is done, whatever its result. */
  now(): Promise<void>;
  /** As `now`, but never joins a probe that was under way before the call. */
  anew(): Promise<void>;
  /** Stops probing and closes the connection. */
  close(): Promise<void>;
}

interface ProbedServer {
  is_replica: boolean;
  timeline: number;
  lsn: string | null;
}

// A primary's timeline is in the name of the file that it writes. A replica's is what it streams; without a stream, the newest
// that its control file tells of, which is never too high.
const PROBE = `
  SELECT is_replica,
    (CASE WHEN is_replica THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text AS lsn,
    CASE WHEN is_replica THEN greatest((SELECT received_tli FROM pg_stat_wal_receiver),
        (SELECT timeline_id FROM pg_control_checkpoint()), (SELECT min_recovery_end_timeline FROM pg_control_recovery()))
      ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END AS timeline
  FROM (SELECT pg_is_in_recovery() AS is_replica) AS server`;

/**
 * Asks one server again and again whether it is there, what it is and how far it is. The probe has a connection of its own: a
 * pool whose connections are all busy says nothing about the server's health.
 */
export function startHealthProbe({ url, intervalMs, timeLimitMs, onResult }: HealthProbeOptions): HealthProbe {
  let connection: Client | undefined;
  /** Set from the end of one probe to the start of the next. */
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const connect = async (): Promise<Client> => {
    const client = new Client({
      connectionString: url,
      application_name: 'health probe',
      connectionTimeoutMillis: timeLimitMs,
      query_timeout: timeLimitMs,
      keepAlive: true,
    });
    // A connection that was cut between two probes says nothing yet: the next probe makes a new one and finds out.
    const forget = (): void => {
      if (connection === client) connection = undefined;
    };
    client.on('error', forget);
    client.on('end', forget);
    connection = client;
    await client.connect();
    return client;
  };

  const probe = async (): Promise<void> => {
    try {
      const client = connection ?? (await connect());
      const { rows } = await client.query<ProbedServer>(PROBE);
      if (!isClosed) onResult(resultOf(rows[0]));
    } catch (error) {
      void disconnect();
      if (!isClosed) onResult({ status: 'unhealthy', reason: messageOf(error) });
    }
    if (!isClosed) timer = setTimeout(probeAgain, intervalMs);
  };

  const disconnect = (): Promise<void> => {
    const client = connection;
    connection = undefined;
    // A server that is stopped never says goodbye; after a time-out pg cuts the connection without waiting for it.
    return client?.end().catch(() => undefined) ?? Promise.resolve();
  };

  let current = probe();
  const first = current;
  const probeAgain = (): void => {
    timer = undefined;
    current = probe();
  };

  const now = (): Promise<void> => {
    if (timer !== undefined) {
      clearTimeout(timer);
      probeAgain();
    }
    return current;
  };

  return {
    first,
    now,
    anew: () => (timer === undefined ? current.then(now) : now()),
    async close() {
      isClosed = true;
      clearTimeout(timer);
      timer = undefined;
      await current;
      await disconnect();
    },
  };
}

function resultOf(row: ProbedServer | undefined): ProbeResult {
  if (row === undefined) return { status: 'unhealthy', reason: 'the probe answered nothing' };
  const { is_replica, timeline, lsn } = row;
  // A replica that has replayed nothing yet has no position.
  return { status: 'healthy', role: is_replica ? 'replica' : 'primary', timeline, lsn: lsn ?? '0/0' };
}
