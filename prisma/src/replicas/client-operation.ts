import type { QueryOptionsCbArgs } from '@prisma/client/runtime/client';

/** An operation of a Prisma client, of whatever schema, as an extension's `$allOperations` is given it. */
export interface ClientOperation extends QueryOptionsCbArgs {
  /** Prisma's own, and the only place that says whether the operation is part of a transaction. */
  __internalParams?: { transaction?: unknown };
}

const MODEL_READS = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'count',
  'aggregate',
  'groupBy',
]);

/** Whether an operation reads through a model. */
export function isModelRead({ operation }: ClientOperation): boolean {
  return MODEL_READS.has(operation);
}

/** Whether an operation may run on a replica. `$queryRaw` counts as a read unless it is part of a transaction. */
export function mayRunOnReplica(operation: ClientOperation): boolean {
  if (operation.__internalParams?.transaction !== undefined) return false;
  return isModelRead(operation) || operation.operation === '$queryRaw';
}

/**
 * Runs an operation on another client of the same schema.
 * @throws TypeError when that client has no such operation
 */
export function runOn(client: object, { model, operation, args }: ClientOperation): PromiseLike<unknown> {
  const receiver = model === undefined ? client : Reflect.get(client, model.charAt(0).toLowerCase() + model.slice(1));
  const method: unknown = Reflect.get(receiver, operation);
  if (typeof method !== 'function') throw new TypeError(`the client has no ${model ?? ''}.${operation}`);
  return Reflect.apply(method, receiver, [args]);
}
