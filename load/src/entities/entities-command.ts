import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import autocannon from 'autocannon';

/**
 * Measures the CPU that one `_entities` request of 100 representations costs a subgraph, its loaders without a database, behind
 * Apollo Server standalone and behind our server with either executor. The servers take turns, so that what else the machine
 * does weighs on all of them alike. Run: `node load/src/entities/entities-command.ts [requests a round]`.
 */
const kinds = ['standalone', 'apollo', 'compiled'] as const;
const rounds = 7;
const connections = 4;
const requestsPerRound = Number(process.argv[2] ?? 400);
const serverFile = join(import.meta.dirname, '../../../test/load-servers/entities-server.ts');

const body = JSON.stringify({
  query:
    'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Product { id title description rating stock } } }',
  variables: {
    of: Array.from({ length: 100 }, (_, index) => ({ __typename: 'Product', id: `prd_${10_000 + index}` })),
  },
});

interface Server {
  readonly kind: string;
  readonly process: ChildProcess;
  readonly url: string;
  readonly cpuMs: number[];
}

async function startServer(kind: string): Promise<Server> {
  const child = fork(serverFile, [kind], { env: { ...process.env, NODE_ENV: 'production' } });
  const [{ url }] = await once(child, 'message');
  return { kind, process: child, url, cpuMs: [] };
}

async function ask(server: Server, question: string) {
  const answered = once(server.process, 'message');
  server.process.send(question);
  const [answer] = await answered;
  return answer;
}

async function requestHeaders(server: Server): Promise<Record<string, string>> {
  return { 'content-type': 'application/json', ...(await ask(server, 'headers')) };
}

/** @returns microseconds of CPU a request */
async function measureRound(server: Server, amount: number): Promise<number> {
  const headers = await requestHeaders(server);
  const before: number = await ask(server, 'cpu');
  const result = await autocannon({ url: server.url, method: 'POST', headers, body, connections, amount });
  const after: number = await ask(server, 'cpu');
  if (result['2xx'] !== amount) throw new Error(`${server.kind} answered ${result['2xx']} of ${amount}`);
  return (after - before) / amount;
}

async function answerOf(server: Server): Promise<string> {
  const response = await fetch(server.url, { method: 'POST', headers: await requestHeaders(server), body });
  return response.text();
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const servers = await Promise.all(kinds.map(startServer));
try {
  const [reference, ...others] = await Promise.all(servers.map(answerOf));
  if (others.some((answer) => answer !== reference)) throw new Error('the servers do not answer alike');
  console.log(`${reference?.length} bytes, alike from all`);
  for (const server of servers) await measureRound(server, requestsPerRound);
  for (let round = 0; round < rounds; round += 1) {
    for (const server of servers) server.cpuMs.push((await measureRound(server, requestsPerRound)) / 1_000);
  }
  const standalone = median(servers[0]?.cpuMs ?? []);
  for (const { kind, cpuMs } of servers) {
    console.log(
      `${kind}: ${median(cpuMs).toFixed(2)} ms CPU a request, ${(median(cpuMs) / standalone).toFixed(3)} of standalone`,
    );
  }
} finally {
  for (const server of servers) server.process.disconnect();
}
