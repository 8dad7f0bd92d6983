import type { ITXClientDenyList } from '@prisma/client/runtime/client';
import type { PrismaClient } from '../../generated/shard/client.ts';
import { primaryExtension, replicaExtension } from '../replicas/replica-extension.ts';
import type { DatabaseParts } from './open-database.ts';

/** Puts the clients of the servers of one shard together to one. */
export function createShardClient({ database, primary: client, server, replicas }: DatabaseParts<PrismaClient>) {
  const primary = client.$extends(primaryExtension(database, server));
  return client.$extends(replicaExtension({ database, replicas, primary, onPrimary: server }));
}

/** A Prisma client of a shard: writes and transactions on the primary, reads on a replica; `$primary()` reads there too. */
export type ShardClient = ReturnType<typeof createShardClient>;

/** What the callback of a `$transaction` of a shard is given. */
export type ShardTransaction = Omit<ShardClient, ITXClientDenyList | '$primary' | '$transaction'>;
