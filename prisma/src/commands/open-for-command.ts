import { type Databases, openDatabases } from '../clients/databases.ts';
import { readDatabasesFile } from '../topology/topology.ts';

const STATEMENT_TIMEOUT_MS = 60_000;
const CONNECTION_TIMEOUT_MS = 5_000;

/**
 * Opens the databases for a command, which needs one connection to each and can wait for an answer.
 * @param service what the command is known by to others that follow the shard map
 * @param file as `--databases` has it
 * @throws what `readDatabasesFile` and `openDatabases` throw
 */
export async function openForCommand(service: string, file: string): Promise<Databases & AsyncDisposable> {
  const databases = await openDatabases({
    service,
    readConfig: () => readDatabasesFile(file),
    poolSize: 1,
    fleetProcesses: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    connectionTimeoutMs: CONNECTION_TIMEOUT_MS,
  });
  return { ...databases, [Symbol.asyncDispose]: () => databases.close() };
}
