import { parseLsn } from './wal-position.ts';

export interface ReplicaLagOptions {
  /** What is to be told apart: a lag beyond it is seen to be beyond, however long it is. */
  maxLagMs: number;
  /** A clock that never goes back. */
  nowMs?: () => number;
}

interface Position {
  lsn: bigint;
  /** When the primary was first seen to be there. */
  atMs: number;
}

/**
 * Tells how far the replicas of one database are behind, in time: how long ago their primary was first seen at a position in the
 * write-ahead log that they have not replayed. So a primary at rest leaves nobody behind, and neither its clock nor a replica
 * that lost its connection, and believes to have all there is, can hide a lag. A lag from before the first probe counts from
 * that probe; while the primary is away no lag grows.
 */
export class ReplicaLag {
  readonly #maxLagMs: number;
  readonly #nowMs: () => number;
  /** Where the primary was, ascending; only as far back as it takes to tell that a replica is too far behind. */
  readonly #positions: Position[] = [];
  #seenAtMs = 0;

  constructor({ maxLagMs, nowMs = () => performance.now() }: ReplicaLagOptions) {
    this.#maxLagMs = maxLagMs;
    this.#nowMs = nowMs;
  }

  /** Notes where a probe found the primary. */
  notePrimary(lsn: string): void {
    this.#remember(parseLsn(lsn));
  }

  /** How far behind a replica is that a probe found there, in milliseconds. */
  lagMsOf(lsn: string): number {
    return this.#lagMsAt(parseLsn(lsn));
  }

  /** Forgets where the primary was: another one, after a promotion, may have begun before that. */
  forget(): void {
    this.#positions.length = 0;
  }

  #remember(lsn: bigint): void {
    this.#seenAtMs = this.#nowMs();
    const last = this.#positions.at(-1);
    if (last === undefined || lsn > last.lsn) this.#positions.push({ lsn, atMs: this.#seenAtMs });
    const keptFromMs = this.#seenAtMs - 2 * this.#maxLagMs;
    const firstKept = this.#positions.findIndex(({ atMs }) => atMs >= keptFromMs);
    // The newest stays however old it is: it is where the primary still is.
    this.#positions.splice(0, firstKept === -1 ? this.#positions.length - 1 : firstKept);
  }

  #lagMsAt(replayed: bigint): number {
    const missing = this.#positions.find(({ lsn }) => lsn > replayed);
    return missing === undefined ? 0 : Math.round(this.#seenAtMs - missing.atMs);
  }
}
