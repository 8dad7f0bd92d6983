import type { TcpProxy } from '../tcp-proxy.ts';

/** A process, or a server of several, that a test harms and brings back. */
export interface FaultTarget {
  readonly name: string;
  /** Where it listens itself, whatever stands in front of it. */
  readonly port: number;
  /** Ends it as a crash does (SIGKILL). */
  kill(): Promise<void>;
  /** Brings it back after it was killed; resolves when it is ready. */
  start(): Promise<void>;
  /** Asks it to end (SIGTERM), waits until it has, and brings it back; absent for servers that are not ours. */
  readonly restart?: () => Promise<void>;
  /** Freezes it (SIGSTOP): connections stay, answers don't come. */
  pause(): Promise<void>;
  /** Lets it go on after `pause` (SIGCONT). */
  resume(): Promise<void>;
  /** Disturbs its connections and counts them; absent where nothing stands in front of it. */
  readonly connections?: Pick<TcpProxy, 'disturb' | 'disturbed'>;
}
