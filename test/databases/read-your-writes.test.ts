import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { type IsolatedDatabases, startIsolatedDatabases } from '../kit/isolated-databases.ts';
import { logInPeople, type People } from '../kit/people.ts';
import { type GraphAnswer, type GraphRequest, startTestGraph, type TestGraph } from '../kit/test-graph.ts';

/** Each is three requests. */
const WRITES = Number(process.env['TRIBUTARY_TEST_WRITES'] ?? 100);

/** Replay is paused for longer than a replica may usually lag: what it lacks is to be found out by the token alone. */
const ANY_LAG_MS = 3_600_000;

const RENAME = `mutation Rename($name: String!) {
  updateProfile(input: { displayName: $name }) { user { displayName } }
}`;
const ME = '{ me { displayName } }';

let servers: IsolatedDatabases;
let graph: TestGraph;
let people: People;
let gateways: readonly string[];

beforeAll(async () => {
  servers = await startIsolatedDatabases({ catalogReplicas: 1, shardReplicas: 1 });
  graph = await startTestGraph({ name: 'read-your-writes', test: servers, maxReplicaLagMs: ANY_LAG_MS });
  const other = await graph.startGateway({ sessionTtlMs: ANY_LAG_MS });
  const one = await graph.startGateway({ sessionTtlMs: ANY_LAG_MS });
  gateways = [one.url, other.url];
  people = await logInPeople(graph);
  await servers.waitForReplicas();
}, 60_000);

afterAll(async () => {
  await graph?.stop();
  await servers?.close();
});

afterEach(() => onReplicas('SELECT pg_wal_replay_resume()'));

async function onReplicas(sql: string): Promise<void> {
  for (const replica of [...servers.catalog.replicas, ...servers.shard.replicas]) {
    await withConnection(replica.adminUrlOf('postgres'), (admin) => admin.query(sql));
  }
}

const sessionOf = ({ headers }: GraphAnswer) => headers.get('x-tributary-session') ?? undefined;

/** Asks one gateway or the other as the customer. */
function askAs(turn: number, request: Pick<GraphRequest, 'query' | 'variables' | 'session'>): Promise<GraphAnswer> {
  return graph.ask({ ...request, token: people.customer.token, url: gateways[turn % gateways.length] ?? graph.url });
}

describe('while replicas replay nothing', () => {
  it(`${WRITES} writes are each seen at once by whoever reads with the token, and may not be without it`, async () => {
    await onReplicas('SELECT pg_wal_replay_pause()');
    let session: string | undefined;
    let staleWithout = 0;
    const stale: string[] = [];
    for (let turn = 0; turn < WRITES; turn += 1) {
      const name = `Name ${turn}`;
      const written = await askAs(turn, { query: RENAME, variables: { name }, session });
      expect(written.errors).toEqual([]);
      session = sessionOf(written);
      // Every pair of gateways, in turn.
      const read = await askAs(turn >> 1, { query: ME, session });
      if (read.data.me.displayName !== name) stale.push(`${name}: ${read.data.me.displayName}`);
      session = sessionOf(read) ?? session;
      const without = await askAs(turn, { query: ME });
      if (without.data.me.displayName !== name) staleWithout += 1;
    }
    expect(stale).toEqual([]);
    expect(staleWithout).toBe(WRITES);
  }, 600_000);
});
