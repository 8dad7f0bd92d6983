import { type ProbeResult, startHealthProbe } from '../replicas/health-probe.ts';
import { type DatabaseConfig, type DatabasesConfig, nodesOf, readDatabasesFile } from './topology.ts';

/** Of one server, to be reached and again to answer. */
const PROBE_LIMIT_MS = 2_000;
const NEVER_AGAIN_MS = 3_600_000;

/**
 * Reads the file that says where the databases are, and finds out which of their servers are the primaries now: after a promotion
 * another one may be. For commands that write and end.
 * @throws DatabasesConfigError as `readDatabasesFile`
 */
export async function readCurrentDatabases(path: string): Promise<DatabasesConfig> {
  return withCurrentPrimaries(await readDatabasesFile(path));
}

/** The same databases with their primaries of now; one of which no server says that it is stays as it was. */
export async function withCurrentPrimaries({ catalog, shards }: DatabasesConfig): Promise<DatabasesConfig> {
  const found = await Promise.all(
    Object.entries(shards).map(async ([name, shard]) => [name, await withCurrentPrimary(shard)] as const),
  );
  return { catalog: await withCurrentPrimary(catalog), shards: Object.fromEntries(found) };
}

async function withCurrentPrimary(database: DatabaseConfig): Promise<DatabaseConfig> {
  if (database.replicas.length === 0) return database;
  const nodes = await Promise.all(nodesOf(database).map(async (url) => ({ url, state: await probeOnce(url) })));
  let primary = database.primary;
  let newest = 0;
  for (const { url, state } of nodes) {
    // One that was the primary before a promotion and came back has an older timeline.
    if (state.status !== 'healthy' || state.role !== 'primary' || state.timeline <= newest) continue;
    primary = url;
    newest = state.timeline;
  }
  return { primary, replicas: nodesOf(database).filter((url) => url !== primary) };
}

async function probeOnce(url: string): Promise<ProbeResult> {
  let result: ProbeResult = { status: 'unhealthy', reason: 'it was not asked' };
  const probe = startHealthProbe({
    url,
    intervalMs: NEVER_AGAIN_MS,
    timeLimitMs: PROBE_LIMIT_MS,
    onResult: (found) => {
      result = found;
    },
  });
  await probe.first;
  await probe.close();
  return result;
}
