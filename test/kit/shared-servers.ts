import { z } from 'zod';

// What test files have to know of the servers of a run; what starts them is much to load, and none of it is loaded with this.

/** Name of the variable that tells the workers of jest where to ask for the servers. */
export const TEST_SERVERS_URL = 'TRIBUTARY_TEST_SERVERS_URL';

const server = z.object({
  /** Of the application's role and database `postgres`; `withDatabase` names another one. */
  url: z.string(),
  adminUrl: z.string(),
});
const cluster = z.object({ primary: server, replicas: z.array(server) });

/** The Postgres servers that all test files of a run share, as a worker of jest is told of them. */
export const testServersSchema = z.object({ alpha: cluster, beta: cluster, gamma: cluster });
export type TestServers = z.infer<typeof testServersSchema>;
export type TestCluster = z.infer<typeof cluster>;

/** Empty databases with the newest schemas, to be copied. */
export const CATALOG_TEMPLATE = 'catalog_template';
export const SHARD_TEMPLATE = 'shard_template';
