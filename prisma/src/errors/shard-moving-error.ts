/** The logical shard of a write is being moved to another database. The write did nothing; trying again in seconds works. */
export class ShardMovingError extends Error {
  readonly code = 'SHARD_MOVING';
  override readonly name = 'ShardMovingError';

  constructor(cause: unknown) {
    super('the data is being moved to another database, try again in a few seconds', { cause });
  }
}
