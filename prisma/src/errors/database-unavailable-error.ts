/**
 * No node of a database could be asked, or none had a connection to spare in time. Trying again later may work. Whether a
 * write that ended in this error took effect is not known.
 */
export class DatabaseUnavailableError extends Error {
  readonly code = 'DATABASE_UNAVAILABLE';
  override readonly name = 'DatabaseUnavailableError';
  /** `catalog` or the name of a shard. */
  readonly database: string;
  /** `host:port`; kept out of the message, which a caller may see. */
  readonly node: string;
  readonly reason: 'unreachable' | 'overloaded';

  constructor(where: { database: string; node: string; reason: 'unreachable' | 'overloaded' }, cause: unknown) {
    super(`database ${where.database} is ${where.reason}`, { cause });
    this.database = where.database;
    this.node = where.node;
    this.reason = where.reason;
  }
}
