import { propertyOf } from '../errors/thrown-value.ts';

/** The guard of a shard refused a write: this database does not own the logical shard, so the writer's map is old. */
export const SHARD_NOT_OWNED = 'TB001';
/** The guard of a shard refused a write: the logical shard is being moved. */
export const SHARD_BEING_MOVED = 'TB002';
export const SERIALIZATION_FAILURE = '40001';
/** A write was sent to a server that is in recovery: a replica, or a primary that became one. */
export const READ_ONLY_TRANSACTION = '25006';
export const QUERY_CANCELED = '57014';
export const UNDEFINED_TABLE = '42P01';

/**
 * The SQLSTATE a statement failed with, found in whatever Prisma or pg made of it: `DriverAdapterError.cause.originalCode`,
 * the same below `meta.driverAdapterError` of Prisma's own errors, or `code` of pg's `DatabaseError`.
 * @returns `undefined` when the server did not answer with an error
 */
export function sqlStateOf(error: unknown): string | undefined {
  const adapterError = propertyOf(propertyOf(error, 'meta'), 'driverAdapterError') ?? error;
  const original = propertyOf(propertyOf(adapterError, 'cause'), 'originalCode') ?? propertyOf(error, 'code');
  return typeof original === 'string' && /^[0-9A-Z]{5}$/.test(original) && !/^P\d{4}$/.test(original)
    ? original
    : undefined;
}
