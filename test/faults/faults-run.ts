import { setTimeout as delay } from 'node:timers/promises';
import { type FaultyStack, startFaultyStack } from '../kit/faults/faulty-stack.ts';
import { castMarket, fillMarket, readReviewedProducts } from './load/market.ts';
import type { Operation } from './load/operation.ts';
import { operationsOf } from './load/operations.ts';
import type { Sample } from './load/sample.ts';
import { type SteadyLoad, startSteadyLoad } from './load/steady-load.ts';
import { type Cell, targetOf } from './matrix/cell.ts';
import { expectationOf } from './matrix/expectation.ts';
import { judgeCell, tookOf } from './matrix/judge-cell.ts';
import { percentile } from './matrix/percentile.ts';
import { pressureBetween, readPressure } from './matrix/processor-pressure.ts';
import { type CellOptions, type Observation, runCell } from './matrix/run-cell.ts';

const GATEWAYS = 2;

/** A cell that was run, and what was not as expected of it. */
export interface JudgedCell {
  readonly cell: Cell;
  readonly observation: Observation;
  readonly problems: readonly string[];
  /** In how much of its time some process of the machine waited for a processor, from 0 to 1. */
  readonly pressure: number;
}

/** A stack under a constant load, in which one thing after another is harmed. */
export interface FaultsRun {
  readonly operations: readonly Operation[];
  /**
   * Waits until all answers of so long a time were whole and soon there, and returns what clients saw in it.
   * @throws Error when that does not come about, or the reason of the signal
   */
  untilCalm(durationMs: number, signal: AbortSignal): Promise<readonly Sample[]>;
  /**
   * Runs a cell as soon as all is calm.
   * @throws as `untilCalm` does, or what keeps the victim from starting
   */
  run(cell: Cell, options: CellOptions): Promise<JudgedCell>;
  stop(): Promise<void>;
}

export interface FaultsRunOptions {
  /** Empty; holds databases, keys and logs. Postgres, which is another user when this one is root, has to reach it. */
  readonly directory: string;
  /** Requests. */
  readonly perSecond: number;
}

/** Starts a stack and its load. */
export async function startFaultsRun({ directory, perSecond }: FaultsRunOptions): Promise<FaultsRun> {
  const ends: string[] = [];
  const filled = Promise.withResolvers<Awaited<ReturnType<typeof fillMarket>>>();
  const stack = await startFaultyStack({
    directory,
    queue: 'rabbitmq',
    hasRedis: true,
    isDisturbable: true,
    gateways: GATEWAYS,
    instances: {},
    replicas: 1,
    fill: async (config) => filled.resolve(await fillMarket(config)),
    onUnexpectedEnd: (name, how) => ends.push(`${name} ended with ${how}, and nobody killed it`),
  });
  try {
    const market = await castMarket(await filled.promise, stack.keys, await readReviewedProducts(stack.config));
    const operations = operationsOf(market);
    const load = startSteadyLoad({ operations, urls: stack.gatewayUrls, perSecond });
    return {
      operations,
      untilCalm: (durationMs, signal) => untilCalm(load, durationMs, signal),
      run: (cell, options) => runAndJudge(cell, options, { stack, load, operations, ends }),
      async stop() {
        await load.stop();
        await stack.close();
      },
    };
  } catch (error) {
    await stack.close();
    throw error;
  }
}

/** Processes that have just started are slow, on a machine that has others to do for longer. */
const CALM_LIMIT_MS = 90_000;
const CALM_P99_MS = 800;
const LOOK_EVERY_MS = 100;
/** Of what was sent last, some may be under way. */
const UNDER_WAY_SHARE = 0.2;

async function untilCalm(load: SteadyLoad, durationMs: number, signal: AbortSignal): Promise<readonly Sample[]> {
  const limitMs = performance.now() + CALM_LIMIT_MS;
  const enough = ((load.perSecond * durationMs) / 1_000) * (1 - UNDER_WAY_SHARE);
  for (;;) {
    const samples = load.samplesBetween(performance.now() - durationMs, performance.now());
    const missing = samples.flatMap((sample) => sample.missing);
    const p99Ms = percentile(tookOf(samples), 0.99);
    if (samples.length >= enough && missing.length === 0 && p99Ms < CALM_P99_MS) return samples;
    if (performance.now() > limitMs) {
      throw new Error(
        `nothing is harmed, and yet answers take ${p99Ms} ms (p99) and lack ${JSON.stringify(missing[0])}`,
      );
    }
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function runAndJudge(
  cell: Cell,
  options: CellOptions,
  running: { stack: FaultyStack; load: SteadyLoad; operations: readonly Operation[]; ends: string[] },
): Promise<JudgedCell> {
  const { stack, load, operations, ends } = running;
  const target = stack.targets.find(({ name }) => name === targetOf(cell.victim));
  if (!target) throw new Error(`the stack has no ${targetOf(cell.victim)}`);
  await untilCalm(load, options.quietMs, options.signal);
  const pidsBefore = stack.gatewayPids();
  const before = await readPressure();
  const observation = await runCell(target, cell.harm, load, options);
  const pressure = pressureBetween(before, await readPressure());
  const isSame = stack.gatewayPids().every((pid, index) => pid === pidsBefore[index]);
  const problems = [
    ...judgeCell(cell, expectationOf(cell), observation, operations),
    ...(isSame ? [] : ['a gateway is another process than before']),
    ...ends.splice(0),
  ];
  return { cell, observation, problems, pressure };
}
