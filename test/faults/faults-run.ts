import { startFaultyStack } from '../kit/faults/faulty-stack.ts';
import { castMarket, fillMarket, readReviewedProducts } from './load/market.ts';
import type { Operation } from './load/operation.ts';
import { operationsOf } from './load/operations.ts';
import type { Sample } from './load/sample.ts';
import { startSteadyLoad } from './load/steady-load.ts';
import { untilCalm } from './load/until-calm.ts';
import type { Cell } from './matrix/cell.ts';
import { type JudgedCell, runAndJudge } from './matrix/run-and-judge.ts';
import type { CellOptions } from './matrix/run-cell.ts';

const GATEWAYS = 2;
/** Processes that have just started are slow, on a machine that has others to do for longer. */
const CALM_LIMIT_MS = 90_000;

/** A stack under a constant load, in which one thing after another is harmed. */
export interface FaultsRun {
  readonly operations: readonly Operation[];
  /**
   * Waits until all answers of so long a time were whole and soon there, and returns what clients saw in it.
   * @throws Error when that does not come about, or the reason of the signal
   */
  untilCalm(durationMs: number, signal: AbortSignal): Promise<readonly Sample[]>;
  /**
   * Runs a cell as soon as all is calm. Where that does not come about the cell has failed, without having been run.
   * @throws the reason of the signal, or what keeps the victim from starting
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
      untilCalm: (durationMs, signal) => untilCalm(load, { durationMs, limitMs: CALM_LIMIT_MS, signal }),
      run: (cell, options) => runAndJudge(cell, options, { stack, load, operations, ends, calmLimitMs: CALM_LIMIT_MS }),
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
