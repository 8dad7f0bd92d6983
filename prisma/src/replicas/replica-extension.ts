import { Prisma } from '@prisma/client/extension';
import { recoverUnavailable } from '../errors/database-unavailable-error.ts';
import {
  hasWritten,
  minimumPositionOf,
  recordUse,
  recordWrite,
  type UsedPrimary,
  type UsedServer,
} from '../session/database-session.ts';
import { type ClientOperation, isModelRead, mayRunOnReplica, runOn } from './client-operation.ts';
import type { ReplicaSet } from './replica-set.ts';

/**
 * Makes a client of a primary send its reads to replicas, unless they are part of a transaction, the session has written to
 * the database, or no replica has replayed as far as the session asks for. Everything else counts as a write and runs on the primary. It works for any schema: it is written against
 * `@prisma/client/extension`, so the client that it extends keeps its own types.
 * @param primary what `$primary()` answers
 */
export function replicaExtension<Client extends object, Primary>(options: {
  database: string;
  replicas: ReplicaSet<Client>;
  primary: Primary;
  onPrimary: UsedPrimary;
}) {
  const { database, replicas, primary } = options;
  return Prisma.defineExtension({
    name: 'replicas',
    client: {
      /** The same database with every operation on the primary: for a read that a write depends on. */
      $primary: (): Primary => primary,
    },
    query: {
      async $allOperations(operation: ClientOperation) {
        const minimum = minimumPositionOf(database);
        const onPrimary = () => runOnPrimary(operation, database, options.onPrimary);
        // What is the primary here was replaced where the session was before.
        if (minimum.timeline > options.onPrimary.timeline()) await options.onPrimary.meetTimeline(minimum.timeline);
        if (mayRunOnReplica(operation)) {
          if (hasWritten(database)) return onPrimary();
          return replicas.read(
            (client) => runOn(client, operation),
            onPrimary,
            minimum,
            (node) => recordUse(database, node),
          );
        }
        if (!isModelRead(operation)) recordWrite(database);
        return onPrimary();
      },
    },
  });
}

/** Makes the client that `$primary()` answers: it stays on the primary and notes writes, raw reads among them, in the session. */
export function primaryExtension(database: string, onPrimary: UsedServer) {
  return Prisma.defineExtension({
    name: 'primary',
    query: {
      async $allOperations(operation: ClientOperation) {
        if (!isModelRead(operation)) recordWrite(database);
        return runOnPrimary(operation, database, onPrimary);
      },
    },
  });
}

async function runOnPrimary(operation: ClientOperation, database: string, server: UsedServer): Promise<unknown> {
  recordUse(database, server);
  try {
    return await operation.query(operation.args);
  } catch (error) {
    throw recoverUnavailable(error);
  }
}
