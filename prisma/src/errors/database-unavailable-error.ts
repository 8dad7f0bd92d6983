import { propertyOf } from './thrown-value.ts';

export interface UnavailableDatabase {
  /** `catalog` or the name of a shard. */
  database: string;
  /** `host:port`; kept out of the message, which a caller may see. */
  node: string;
  reason: UnavailableReason;
}

/**
 * It cannot be reached, or all connections to it were busy for too long, or none of its servers is the primary now, or nobody
 * waits for its answer any more.
 */
export type UnavailableReason = keyof typeof EXPLANATIONS;

const EXPLANATIONS = {
  unreachable: 'is unreachable',
  overloaded: 'is overloaded',
  'without-primary': 'takes no writes at the moment',
  abandoned: 'was not waited for any longer',
} as const;

/**
 * No node of a database could be asked, or none had a connection to spare in time. Trying again later may work. Whether a
 * write that ended in this error took effect is not known.
 */
export class DatabaseUnavailableError extends Error {
  readonly code = 'DATABASE_UNAVAILABLE';
  override readonly name = 'DatabaseUnavailableError';
  readonly database: string;
  readonly node: string;
  readonly reason: UnavailableReason;
  /** All that Prisma keeps, beside the code, of an error that passes through it: see {@link recoverUnavailable}. */
  readonly meta: { unavailable: DatabaseUnavailableError };

  constructor({ database, node, reason }: UnavailableDatabase, cause: unknown) {
    super(`database ${database} ${EXPLANATIONS[reason]}`, { cause });
    this.database = database;
    this.node = node;
    this.reason = reason;
    this.meta = { unavailable: this };
    Object.defineProperty(this, 'meta', { enumerable: false });
  }
}

/** Gives back the `DatabaseUnavailableError` that Prisma has wrapped in an error of its own; any other error as it is. */
export function recoverUnavailable(error: unknown): unknown {
  const original = propertyOf(propertyOf(error, 'meta'), 'unavailable');
  return original instanceof DatabaseUnavailableError ? original : error;
}
