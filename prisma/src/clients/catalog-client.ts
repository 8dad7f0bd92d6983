import type { ITXClientDenyList } from '@prisma/client/runtime/client';
import type { PrismaClient } from '../../generated/catalog/client.ts';
import { primaryExtension, replicaExtension } from '../replicas/replica-extension.ts';
import type { DatabaseParts } from './open-database.ts';

/** Puts the clients of the servers of the catalog database together to one. */
export function createCatalogClient({ database, primary: client, server, replicas }: DatabaseParts<PrismaClient>) {
  const primary = client.$extends(primaryExtension(database, server));
  return client.$extends(replicaExtension({ database, replicas, primary, onPrimary: server }));
}

/** A Prisma client of the catalog: writes and transactions on the primary, reads on a replica; `$primary()` reads there too. */
export type CatalogClient = ReturnType<typeof createCatalogClient>;

/** What the callback of a `$transaction` of the catalog is given. */
export type CatalogTransaction = Omit<CatalogClient, ITXClientDenyList | '$primary' | '$transaction'>;
