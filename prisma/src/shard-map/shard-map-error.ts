/** A shard map that does not map every logical shard exactly once; the message lists what is wrong, all together. */
export class ShardMapError extends Error {
  override readonly name = 'ShardMapError';
}
