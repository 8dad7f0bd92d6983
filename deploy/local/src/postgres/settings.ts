import { ROLES } from './credentials.ts';

/** Where a replica streams from. */
export interface Upstream {
  readonly port: number;
  readonly slot: string;
  readonly password: string;
}

/** What differs between two servers of the stack. */
export interface SettingsOptions {
  readonly port: number;
  readonly hbaFile: string;
  /** False is faster and survives a killed server, but not a power cut: for data that a test can make again. */
  readonly isDurable: boolean;
  readonly upstream?: Upstream | undefined;
}

/** The text of `postgresql.conf`: a server that fits on a laptop beside everything else, reachable from this machine only. */
export function renderSettings(options: SettingsOptions): string {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port: options.port,
    // A socket's path may have some 100 characters, and a checkout's path may have more.
    unix_socket_directories: '',
    hba_file: options.hbaFile,
    password_encryption: 'scram-sha-256',
    max_connections: 300,
    superuser_reserved_connections: 5,
    shared_buffers: '64MB',
    shared_preload_libraries: 'pg_stat_statements',
    track_io_timing: 'on',
    // Compiling pays for queries of seconds, and ours take milliseconds.
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %q%u@%d ',
    log_min_duration_statement: '1s',
    ...REPLICATION,
    ...(options.isDurable ? {} : NO_POWER_CUT_SAFETY),
    ...(options.upstream ? upstreamSettings(options.upstream) : {}),
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${quote(value)}\n`)
    .join('');
}

/** The text of `pg_hba.conf`: password only, and the replication role may do nothing else. */
export function renderHostRules(): string {
  const rules = [
    ['host', 'replication', ROLES.replication, '127.0.0.1/32', 'scram-sha-256'],
    ['host', 'all', ROLES.replication, 'all', 'reject'],
    ['host', 'all', 'all', '127.0.0.1/32', 'scram-sha-256'],
  ];
  return rules.map((rule) => `${rule.join(' ')}\n`).join('');
}

const REPLICATION = {
  wal_level: 'replica',
  max_wal_senders: 10,
  max_replication_slots: 10,
  // A replica that stays away must not fill the disk; beyond this it is copied anew.
  max_slot_wal_keep_size: '1GB',
  hot_standby: 'on',
  // A long read on a replica is not cancelled because the primary cleaned up rows that it still sees.
  hot_standby_feedback: 'on',
  // The defaults (10 s and 5 s) suit machines that are far apart.
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '500ms',
};

// Commits still wait until the system has their WAL: what was acknowledged survives a killed server, and is there to stream.
const NO_POWER_CUT_SAFETY = { fsync: 'off', full_page_writes: 'off' };

function upstreamSettings({ port, slot, password }: Upstream): Record<string, string> {
  const connection = { host: '127.0.0.1', port, user: ROLES.replication, password, application_name: slot };
  return {
    primary_conninfo: Object.entries(connection)
      .map(([key, value]) => `${key}=${value}`)
      .join(' '),
    primary_slot_name: slot,
  };
}

function quote(value: string | number): string {
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
