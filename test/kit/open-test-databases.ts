import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import type { DatabasesConfig } from '@tributary/prisma/topology/topology';

/** Opens databases as a service of this name would, with the few connections that a test needs. */
export async function openTestDatabases(
  config: DatabasesConfig,
  service: string,
  readConfig: () => Promise<DatabasesConfig> = async () => config,
): Promise<Databases> {
  return openDatabases({
    service,
    readConfig,
    poolSize: 4,
    fleetProcesses: 1,
    statementTimeoutMs: 10_000,
    connectionTimeoutMs: 5_000,
  });
}
