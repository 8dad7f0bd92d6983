/** A move was refused or could not go on. The message says what to do; running the move again is always safe. */
export class ShardMoveError extends Error {
  override readonly name = 'ShardMoveError';
  readonly code = 'SHARD_MOVE_FAILED';
}
