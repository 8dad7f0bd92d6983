import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';
import type { ContenderTarget } from './contenders/contender.ts';
import { lineUp, type ReadyContender } from './contenders/line-up.ts';
import { installPeers } from './contenders/peers.ts';
import { tokenPublicKey } from './contenders/secured-gateway.ts';
import { type DistinctOperations, sendDistinctOperations } from './measure/distinct-operations.ts';
import { measureAll } from './measure/measure-all.ts';
import type { LoadConditions } from './measure/phase.ts';
import type { BenchOptions } from './options.ts';
import { assignCores, type Cores, moveTo } from './processes/cores.ts';
import { entityQueries, gatewayQueries } from './queries.ts';
import type { BenchReport, MeasuredSection } from './report/bench-report.ts';
import { type BenchSection, sections } from './sections.ts';
import { catalogProducts } from './subgraphs/catalog-products.ts';
import { type RunningSubgraphs, startSubgraphs } from './subgraphs/start-subgraphs.ts';

/** What the sections of a run share. */
interface Setting {
  readonly options: BenchOptions;
  readonly cores: Cores;
  /** For logs and for what contenders are started on. */
  readonly folder: string;
  readonly subgraphs: RunningSubgraphs;
  /** The right answer by request body. */
  readonly references: ReadonlyMap<string, string>;
  readonly target: Omit<ContenderTarget, 'port'>;
}

/**
 * A whole run: starts what is to be measured, checks that all answers are equal, measures, and stops everything.
 * @throws Error when nothing can be measured
 */
export async function runBench(options: BenchOptions): Promise<Omit<BenchReport, 'circumstances'> & { cores: Cores }> {
  const chosen = sections
    .map((section) => ({ ...section, contenders: section.contenders.filter(({ id }) => options.only.includes(id)) }))
    .filter(({ contenders }) => contenders.length > 0);
  if (chosen.some(({ contenders }) => contenders.some(({ isPeer }) => isPeer))) installPeers();

  const cores = assignCores();
  moveTo(cores.load);
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder('tributary-bench'));
  const subgraphs = stack.use(await startSubgraphs(folder, cores.subgraphs));
  const references = await collectReferences(subgraphs);
  const answersFile = join(folder, 'answers.json');
  const rowsFile = join(folder, 'rows.json');
  const tokenKeyFile = join(folder, 'token-key.pem');
  await writeFile(answersFile, JSON.stringify(Object.fromEntries(references)));
  await writeFile(rowsFile, JSON.stringify(catalogProducts));
  await writeFile(tokenKeyFile, tokenPublicKey);
  const target = { ...subgraphs, answersFile, rowsFile, tokenKeyFile };
  const setting: Setting = { options, cores, folder, subgraphs, references, target };

  const measured: MeasuredSection[] = [];
  const distinctOperations: DistinctOperations[] = [];
  for (const section of chosen) {
    const findings = await measureSection(section, setting);
    measured.push(findings.section);
    distinctOperations.push(...findings.distinctOperations);
  }
  if (measured.every(({ measurements }) => measurements.length === 0)) throw new Error('Nothing is left to measure.');
  return { sections: measured, distinctOperations, cores };
}

async function measureSection(
  section: BenchSection,
  { options, cores, folder, subgraphs, references, target }: Setting,
): Promise<{ section: MeasuredSection; distinctOperations: DistinctOperations[] }> {
  await using stack = new AsyncDisposableStack();
  const { ready, absences } = await lineUp(section.contenders, section.queries, {
    target,
    place: { folder, core: cores.gateway, nodeFlags: options.nodeFlags },
    references,
    countSubgraphRequests: subgraphs.requestCount,
    stack,
  });
  console.log(`${section.title}: ${ready.length} give equal answers; ${cores.description}`);

  const conditions: LoadConditions = {
    connections: options.connections,
    core: cores.load,
    countSubgraphRequests: subgraphs.requestCount,
  };
  const measurements = await measureAll(ready, section.queries, options, conditions);
  const contenders = ready.map(({ running }) => running.contender);
  return {
    section: { ...section, contenders, absences, measurements },
    distinctOperations: section.queries === gatewayQueries ? await sendDistinct(ready, options, conditions) : [],
  };
}

async function sendDistinct(
  ready: readonly ReadyContender[],
  options: BenchOptions,
  conditions: LoadConditions,
): Promise<DistinctOperations[]> {
  const sent: DistinctOperations[] = [];
  for (const { running } of ready) {
    if (options.distinctOperations === 0 || running.contender.id === 'bare') continue;
    console.log(`distinct operations  ${running.contender.id}`);
    sent.push(await sendDistinctOperations(running, options.distinctOperations, conditions));
  }
  return sent;
}

/** @returns the right answer by request body */
async function collectReferences(subgraphs: RunningSubgraphs): Promise<Map<string, string>> {
  const references = new Map(entityQueries.map(({ body, entities }) => [body, entitiesAnswer(entities)]));
  for (const { id, body } of gatewayQueries) {
    const answer = await subgraphs.reference(body);
    if ('errors' in JSON.parse(answer)) throw new Error(`${id} cannot be answered: ${answer.slice(0, 500)}`);
    references.set(body, answer);
  }
  return references;
}

function entitiesAnswer(entities: readonly unknown[]): string {
  return JSON.stringify({ data: { _entities: entities } });
}
