import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import type { CachedWrites } from '@tributary/runtime/cache-invalidation/cached-writes';

/** Runs the transactions of this subgraph that change what is cached. */
export type CatalogWrites = CachedWrites<SqlTransaction>;
