import { createServer } from 'node:http';
import { lineUp } from '../bench/contenders/line-up.ts';
import { median } from '../bench/measure/measurement.ts';
import { type LoadConditions, runPhase } from '../bench/measure/phase.ts';
import { freePort } from '../bench/processes/child-process.ts';
import { assignCores, moveTo } from '../bench/processes/cores.ts';
import { answeredQueries, type BenchQuery, gatewayQueries } from '../bench/queries.ts';
import { startSubgraphs } from '../bench/subgraphs/start-subgraphs.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { telemetryLevels } from './telemetry-levels.ts';

export interface TelemetryOptions {
  readonly rounds: number;
  /** Of one load on one gateway. */
  readonly seconds: number;
}

/** What one level of telemetry costs on one query. */
export interface TelemetryCost {
  readonly query: BenchQuery;
  readonly levelId: string;
  readonly level: string;
  /** The median of all rounds, and the rounds. */
  readonly cpuMs: number;
  readonly rounds: readonly number[];
}

export interface TelemetryRun {
  readonly costs: readonly TelemetryCost[];
  /** Bytes that the collector was sent. */
  readonly collectedBytes: number;
  readonly cores: string;
}

const CONNECTIONS = 16;

/**
 * Measures one gateway with all levels of telemetry, in turn.
 * @throws Error when one does not start or does not answer as it has to, or when no trace arrives
 */
export async function measureTelemetry(options: TelemetryOptions): Promise<TelemetryRun> {
  const cores = assignCores();
  moveTo(cores.load);
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder('tributary-telemetry'));
  const subgraphs = stack.use(await startSubgraphs(folder, cores.subgraphs));
  const collector = stack.use(await startCollector());
  const conditions: LoadConditions = {
    connections: CONNECTIONS,
    core: cores.load,
    countSubgraphRequests: subgraphs.requestCount,
  };

  const costs: TelemetryCost[] = [];
  for (const [queries, keepsAnswers] of [
    [gatewayQueries.filter(({ id }) => id !== 'lists'), false],
    [answeredQueries.slice(0, 1), true],
  ] as const) {
    await using running = new AsyncDisposableStack();
    const contenders = await telemetryLevels(collector.url, keepsAnswers);
    const references = new Map<string, string>();
    for (const { body } of queries) references.set(body, await subgraphs.reference(body));
    const { ready, absences } = await lineUp(contenders, queries, {
      target: { ...subgraphs, answersFile: '', rowsFile: '', tokenKeyFile: '' },
      place: { folder, core: cores.gateway, nodeFlags: ['--max-semi-space-size=64'] },
      references,
      countSubgraphRequests: subgraphs.requestCount,
      stack: running,
    });
    if (absences[0]) throw new Error(`${absences[0].contender.id}: ${absences[0].reason}`);
    for (const query of queries) costs.push(...(await measureQuery(query, ready, { ...options, conditions })));
  }
  if (collector.bytes() === 0) throw new Error('no trace has arrived');
  return { costs, collectedBytes: collector.bytes(), cores: cores.description };
}

/** Takes turns, so that what disturbs the machine disturbs all; the first round warms up. */
async function measureQuery(
  query: BenchQuery,
  ready: Awaited<ReturnType<typeof lineUp>>['ready'],
  { rounds, seconds, conditions }: TelemetryOptions & { readonly conditions: LoadConditions },
): Promise<TelemetryCost[]> {
  const seen = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const { running, answers } of ready) {
      const expectedBytes = answers.get(query.id)?.bytes ?? 0;
      const phase = await runPhase(running, { kind: 'saturate', body: query.body, expectedBytes, seconds }, conditions);
      const { id } = running.contender;
      if (phase.failures > 0) throw new Error(`${id} failed ${phase.failures} times`);
      const cpuMs = phase.cpuMs / phase.answers;
      console.log(`round ${round}  ${query.id}  ${id}: ${cpuMs.toFixed(4)} ms CPU a request`);
      if (round > 0) seen.set(id, [...(seen.get(id) ?? []), cpuMs]);
    }
  }
  return ready.map(({ running: { contender } }) => {
    const all = seen.get(contender.id) ?? [];
    return { query, levelId: contender.id, level: contender.name, cpuMs: median(all), rounds: all };
  });
}

/** Takes all that it is sent, as an agent beside the gateway does. */
async function startCollector(): Promise<{ url: string; bytes: () => number } & AsyncDisposable> {
  let bytes = 0;
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    bytes: () => bytes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
