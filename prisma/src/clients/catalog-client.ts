import type { ITXClientDenyList } from '@prisma/client/runtime/client';
import type { PrismaClient } from '../../generated/catalog/client.ts';
import { primaryExtension, replicaExtension } from '../replicas/replica-extension.ts';
import type { ReplicaSet } from '../replicas/replica-set.ts';

/** Puts the clients of the servers of the catalog database together to one. */
export function createCatalogClient(database: string, onPrimary: PrismaClient, replicas: ReplicaSet<PrismaClient>) {
  const primary = onPrimary.$extends(primaryExtension(database));
  return onPrimary.$extends(replicaExtension({ database, replicas, primary }));
}

/** A Prisma client of the catalog: writes and transactions on the primary, reads on a replica; `$primary()` reads there too. */
export type CatalogClient = ReturnType<typeof createCatalogClient>;

/** What the callback of a `$transaction` of the catalog is given. */
export type CatalogTransaction = Omit<CatalogClient, ITXClientDenyList | '$primary' | '$transaction'>;
