import { setTimeout as delay } from 'node:timers/promises';
import { runLoad } from '../bench/measure/run-load.ts';
import { assignCores, type Cores, moveTo } from '../bench/processes/cores.ts';
import { processUsage } from '../bench/processes/process-usage.ts';
import { startOwnStack } from '../local-stack/own-stack.ts';
import { postmasterPids } from '../local-stack/postmaster-pids.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { checkPairs } from './check-pairs.ts';
import { productsQuery } from './products-query.ts';
import { type SecuredPair, type Security, startPair } from './secured-pair.ts';

export interface SecurityOptions {
  readonly rounds: number;
  /** Of one load on one of the two. */
  readonly seconds: number;
  /** How many requests are under way at once. */
  readonly connections: number;
}

/** CPU in milliseconds, of all threads. */
export interface PartsCpu {
  readonly gatewayMs: number;
  readonly subgraphMs: number;
  /** Of all database servers. */
  readonly databaseMs: number;
}

/** What one load came to; of the databases' CPU, what they use beyond what they do by the clock. */
export interface SecuritySlice extends PartsCpu {
  readonly answers: number;
  readonly failures: number;
}

/** Two loads, one right after the other. */
export interface SecurityRound {
  readonly off: SecuritySlice;
  readonly on: SecuritySlice;
}

export interface SecurityRun extends Omit<SecurityOptions, 'rounds'> {
  readonly rounds: readonly SecurityRound[];
  /** CPU that the databases take each second while nothing is asked, which no round has in it. */
  readonly databaseIdleMs: number;
  /** Which processors who has. */
  readonly placement: string;
}

/** What the slices of a run share. */
interface Setting {
  readonly options: SecurityOptions;
  readonly expectedBytes: number;
  readonly core: number | undefined;
  readonly postmasters: readonly number[];
  /** As in `SecurityRun`. */
  readonly databaseIdleMs: number;
}

/** Of each pair; by then V8 has made fast code of what answers them. */
export const warmUpRequests = 20_000;
const WARM_UP_SLICE_S = 5;
const IDLE_S = 10;

/**
 * Measures what whole requests cost without security and with all of it, in turn, on a stack of its own.
 * @throws Error when something does not start, when security is not on or off where it is to be, or when nothing is answered
 */
export async function measureSecurity(options: SecurityOptions): Promise<SecurityRun> {
  const cores = assignCores();
  await using resources = new AsyncDisposableStack();
  const { path: folder } = resources.use(await temporaryFolder('tributary-security'));
  console.log('starting a stack');
  const stack = resources.use(await startOwnStack({ TRIBUTARY_CACHE: 'off', TRIBUTARY_ANSWER_CACHE: 'off' }));
  const off = resources.use(await startPair('off', { stack, folder, cores }));
  const on = resources.use(await startPair('on', { stack, folder, cores }));
  moveTo(cores.load);
  const postmasters = await postmasterPids(stack.postgresDirectory);
  const expectedBytes = await checkPairs(off, on, stack.gatewayKeysFile);
  const starting: Setting = { options, expectedBytes, core: cores.load, postmasters, databaseIdleMs: 0 };
  for (const pair of [off, on]) await warmUp(pair, starting);
  console.log('looking at what the databases do while nothing is asked');
  const setting = { ...starting, databaseIdleMs: await idleCpuMs(postmasters) };

  const rounds: SecurityRound[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const slices: Partial<Record<Security, SecuritySlice>> = {};
    // The one that comes second finds the machine as the first one left it; so each is the first as often.
    for (const pair of round % 2 === 1 ? [off, on] : [on, off]) slices[pair.security] = await runSlice(pair, setting);
    if (!slices.off || !slices.on) throw new Error('a round has two loads');
    rounds.push({ off: slices.off, on: slices.on });
    console.log(`round ${round}  off: ${describe(slices.off)}  on: ${describe(slices.on)}`);
  }
  const { seconds, connections } = options;
  return { rounds, seconds, connections, databaseIdleMs: setting.databaseIdleMs, placement: placementOf(cores) };
}

async function warmUp(pair: SecuredPair, setting: Setting): Promise<void> {
  console.log(`warming up: security ${pair.security}`);
  const options = { ...setting.options, seconds: WARM_UP_SLICE_S };
  for (let answers = 0; answers < warmUpRequests; ) {
    answers += (await runSlice(pair, { ...setting, options })).answers;
  }
}

/** What the databases do in a second by the clock, for all of the stack: its subgraphs look for events, and its replica follows. */
async function idleCpuMs(postmasters: readonly number[]): Promise<number> {
  const beforeMs = databaseCpuMs(postmasters);
  await delay(IDLE_S * 1_000);
  return (databaseCpuMs(postmasters) - beforeMs) / IDLE_S;
}

/** @throws Error when there is no answer */
async function runSlice(pair: SecuredPair, setting: Setting): Promise<SecuritySlice> {
  const { seconds, connections } = setting.options;
  const before = cpuOf(pair, setting.postmasters);
  const startedAtMs = performance.now();
  const { answers, failures } = await runLoad(
    {
      kind: 'saturate',
      body: productsQuery,
      expectedBytes: setting.expectedBytes,
      seconds,
      connections,
      port: pair.gateway.port,
      ...pair.callers,
    },
    setting.core,
  );
  const after = cpuOf(pair, setting.postmasters);
  const elapsedS = (performance.now() - startedAtMs) / 1_000;
  if (answers === 0) throw new Error(`with security ${pair.security} no request was answered`);
  return {
    answers,
    failures,
    gatewayMs: after.gatewayMs - before.gatewayMs,
    subgraphMs: after.subgraphMs - before.subgraphMs,
    databaseMs: after.databaseMs - before.databaseMs - setting.databaseIdleMs * elapsedS,
  };
}

function cpuOf({ gateway, subgraph }: SecuredPair, postmasters: readonly number[]): PartsCpu {
  return {
    gatewayMs: processUsage(gateway.pid).cpuMs,
    subgraphMs: processUsage(subgraph.pid).cpuMs,
    databaseMs: databaseCpuMs(postmasters),
  };
}

function databaseCpuMs(postmasters: readonly number[]): number {
  return postmasters.reduce((sum, pid) => sum + processUsage(pid).cpuMs, 0);
}

function describe({ answers, gatewayMs, subgraphMs, databaseMs }: SecuritySlice): string {
  const [gateway, subgraph, database] = [gatewayMs, subgraphMs, databaseMs].map((ms) => (ms / answers).toFixed(3));
  return `${gateway} + ${subgraph} + ${database} ms CPU a request`;
}

function placementOf({ gateway, subgraphs, load }: Cores): string {
  if (subgraphs === undefined) return 'Nothing is pinned to a processor.';
  return `Gateways are on processor ${gateway}, subgraphs on ${subgraphs}, the load on ${load}; the databases may use all.`;
}
