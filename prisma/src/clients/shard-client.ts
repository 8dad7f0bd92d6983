import type { ITXClientDenyList } from '@prisma/client/runtime/client';
import type { PrismaClient } from '../../generated/shard/client.ts';
import { primaryExtension, replicaExtension } from '../replicas/replica-extension.ts';
import type { ReplicaSet } from '../replicas/replica-set.ts';

/** Puts the clients of the servers of one shard together to one. */
export function createShardClient(database: string, onPrimary: PrismaClient, replicas: ReplicaSet<PrismaClient>) {
  const primary = onPrimary.$extends(primaryExtension(database));
  return onPrimary.$extends(replicaExtension({ database, replicas, primary }));
}

/** A Prisma client of a shard: writes and transactions on the primary, reads on a replica; `$primary()` reads there too. */
export type ShardClient = ReturnType<typeof createShardClient>;

/** What the callback of a `$transaction` of a shard is given. */
export type ShardTransaction = Omit<ShardClient, ITXClientDenyList | '$primary' | '$transaction'>;
