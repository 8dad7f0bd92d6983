import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contenders as allContenders } from './contenders/contenders.ts';
import { lineUp } from './contenders/line-up.ts';
import { installPeers } from './contenders/peers.ts';
import { type DistinctOperations, sendDistinctOperations } from './measure/distinct-operations.ts';
import { measureAll } from './measure/measure-all.ts';
import type { LoadConditions } from './measure/phase.ts';
import type { BenchOptions } from './options.ts';
import { assignCores, type Cores, moveTo } from './processes/cores.ts';
import { benchQueries } from './queries.ts';
import type { BenchReport } from './report/bench-report.ts';
import { type RunningSubgraphs, startSubgraphs } from './subgraphs/start-subgraphs.ts';

/**
 * A whole run: starts what is to be measured, checks that all answers are equal, measures, and stops everything.
 * @throws Error when nothing can be measured
 */
export async function runBench(options: BenchOptions): Promise<Omit<BenchReport, 'circumstances'> & { cores: Cores }> {
  const chosen = allContenders.filter(({ id }) => options.only.includes(id));
  if (chosen.some(({ isPeer }) => isPeer)) installPeers();

  const cores = assignCores();
  moveTo(cores.load);
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const subgraphs = stack.use(await startSubgraphs(folder, cores.subgraphs));
  const references = await collectReferences(subgraphs);
  const answersFile = join(folder, 'answers.json');
  await writeFile(answersFile, JSON.stringify(Object.fromEntries(references)));

  const { ready, absences } = await lineUp(chosen, benchQueries, {
    target: { supergraphFile: subgraphs.supergraphFile, urls: subgraphs.urls, answersFile },
    place: { folder, core: cores.gateway, nodeFlags: options.nodeFlags },
    references,
    countSubgraphRequests: subgraphs.requestCount,
    stack,
  });
  if (ready.length === 0) throw new Error('Nothing is left to measure.');
  console.log(`${ready.length} contenders give equal answers to ${benchQueries.length} queries; ${cores.description}`);

  const conditions: LoadConditions = {
    connections: options.connections,
    core: cores.load,
    countSubgraphRequests: subgraphs.requestCount,
  };
  const measurements = await measureAll(ready, benchQueries, options, conditions);
  const distinctOperations: DistinctOperations[] = [];
  for (const { running } of ready) {
    if (options.distinctOperations === 0 || running.contender.id === 'bare') continue;
    console.log(`distinct operations  ${running.contender.id}`);
    distinctOperations.push(await sendDistinctOperations(running, options.distinctOperations, conditions));
  }
  const contenders = ready.map(({ running }) => running.contender);
  return { contenders, absences, queries: benchQueries, measurements, distinctOperations, cores };
}

/** @returns the right answer by request body */
async function collectReferences(subgraphs: RunningSubgraphs): Promise<Map<string, string>> {
  const references = new Map<string, string>();
  for (const { id, body } of benchQueries) {
    const answer = await subgraphs.reference(body);
    if ('errors' in JSON.parse(answer)) throw new Error(`${id} cannot be answered: ${answer.slice(0, 500)}`);
    references.set(body, answer);
  }
  return references;
}
