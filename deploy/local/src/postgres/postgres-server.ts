import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isLocalStackError } from '../local-stack-error.ts';
import { withConnection } from './admin-connection.ts';
import type { PostgresBinaries } from './binaries.ts';
import { type Credentials, ROLES } from './credentials.ts';
import { endLeftBehindServer } from './left-behind.ts';
import { freePort } from './ports.ts';
import { launchPostmaster, type Postmaster } from './postmaster.ts';
import { killPostmaster, pausePostmaster, resumePostmaster, stopPostmaster } from './postmaster-control.ts';
import { postmasterFileIn } from './postmaster-file.ts';
import type { ServerAccount } from './server-account.ts';
import { type ServerFiles, writeSettings } from './server-files.ts';
import type { Upstream } from './settings.ts';
import { withSlowNotice } from './slow-notice.ts';

/** What all servers of a topology share. */
export interface ServerContext {
  readonly binaries: PostgresBinaries;
  readonly account: ServerAccount | undefined;
  readonly credentials: Credentials;
  readonly isDurable: boolean;
  readonly onProgress: (line: string) => void;
  /** What a person runs to begin with empty databases. */
  readonly resetCommand: string;
  readonly signal: AbortSignal | undefined;
}

/** One server: where its files are, where it listens, and, for a replica, where it streams from. */
export interface ServerOptions {
  /** For people: `main/replica-1`. */
  readonly name: string;
  readonly files: ServerFiles;
  readonly port: number;
  readonly upstream?: () => Upstream;
}

type State = { readonly phase: 'stopped' } | { readonly phase: 'running'; readonly pid: number };

const ORPHAN_TIMEOUT_MS = 30_000;

/** One Postgres server on a data directory that exists, with all that a fault test may want to do to it. */
export class PostgresServer {
  readonly name: string;
  readonly files: ServerFiles;
  readonly #context: ServerContext;
  readonly #upstream: (() => Upstream) | undefined;
  #port: number;
  #state: State = { phase: 'stopped' };

  constructor(options: ServerOptions, context: ServerContext) {
    this.name = options.name;
    this.files = options.files;
    this.#port = options.port;
    this.#upstream = options.upstream;
    this.#context = context;
  }

  /** The port on 127.0.0.1. It stays the same over stops and starts. */
  get port(): number {
    return this.#port;
  }

  /** Whether its process is there, be it paused. */
  isRunning(): boolean {
    return this.#state.phase === 'running';
  }

  /** A connection URL of the application's role, with its password. */
  urlOf(database: string): string {
    return this.#url(ROLES.application, this.#context.credentials.application, database);
  }

  /** A connection URL of the superuser, with its password. */
  adminUrlOf(database: string): string {
    return this.#url(ROLES.superuser, this.#context.credentials.superuser, database);
  }

  /**
   * Starts it and waits until it takes connections; does nothing when it runs.
   * @throws LocalStackError `PORT_IN_USE`, `PROCESSES_LEFT_BEHIND`, `SERVER_DID_NOT_START`
   */
  async start(): Promise<void> {
    if (this.isRunning()) return;
    const { account, binaries, isDurable, onProgress, signal } = this.#context;
    await endLeftBehindServer(this.files.data, onProgress);
    await writeSettings(this.files, account, { port: this.#port, isDurable, upstream: this.#upstream?.() });
    const launch = { postgres: binaries.postgres, files: this.files, port: this.#port, account, signal };
    const { pid, ended } = await withSlowNotice(
      afterOrphansEnd(() => launchPostmaster(launch)),
      () => onProgress(`${this.name}: still starting; its log is ${this.files.log}`),
    );
    this.#state = { phase: 'running', pid };
    void ended.then((how) => this.#noteEnd(pid, how));
  }

  /** Takes another port from its next start on, one that is free now. */
  async moveToFreePort(): Promise<void> {
    this.#port = await freePort();
  }

  /**
   * Stops it in order: clients are cut off, data is written, its processes and its `postmaster.pid` are gone.
   * @throws LocalStackError `SERVER_DID_NOT_STOP`
   */
  async stop(): Promise<void> {
    await withSlowNotice(this.#end(stopPostmaster), () =>
      this.#context.onProgress(`${this.name}: writing its data before it ends`),
    );
  }

  /** Ends it without warning (SIGKILL), and returns when none of its processes is left. Its data needs recovery. */
  async kill(): Promise<void> {
    await this.#end(killPostmaster);
    await rm(postmasterFileIn(this.files.data), { force: true });
  }

  /** Stops all its processes where they stand: connections stay open and answer nothing. */
  async pause(): Promise<void> {
    if (this.#state.phase === 'running') await pausePostmaster(this.#state.pid);
  }

  /** Lets it go on after `pause()`. */
  async resume(): Promise<void> {
    if (this.#state.phase === 'running') await resumePostmaster(this.#state.pid);
  }

  /** Makes a writable server of a replica, and returns when it is one. The next start of the topology copies it anew. */
  async promote(): Promise<void> {
    await withConnection(this.adminUrlOf('postgres'), (client) => client.query('SELECT pg_promote(wait => true)'));
  }

  async #end(how: (pid: number) => Promise<void>): Promise<void> {
    if (this.#state.phase === 'stopped') return;
    const { pid } = this.#state;
    // Before, not after: its end is then ours, not one to report.
    this.#state = { phase: 'stopped' };
    await how(pid);
  }

  #noteEnd(pid: number, how: string): void {
    if (this.#state.phase !== 'running' || this.#state.pid !== pid) return;
    this.#state = { phase: 'stopped' };
    this.#context.onProgress(`${this.name}: Postgres ended unexpectedly (${how}); its log is ${this.files.log}`);
  }

  #url(role: string, password: string, database: string): string {
    return `postgresql://${role}:${password}@127.0.0.1:${this.#port}/${encodeURIComponent(database)}`;
  }
}

/** When a server was killed, a query that was busy may outlive it, and no other may start on its data before that ends. */
async function afterOrphansEnd(launch: () => Promise<Postmaster>): Promise<Postmaster> {
  const deadline = performance.now() + ORPHAN_TIMEOUT_MS;
  for (;;) {
    try {
      return await launch();
    } catch (error) {
      if (!isLocalStackError(error, 'PROCESSES_LEFT_BEHIND') || performance.now() > deadline) throw error;
      await delay(100);
    }
  }
}
