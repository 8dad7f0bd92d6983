import type { FaultyStack } from '../../kit/faults/faulty-stack.ts';
import type { Operation } from '../load/operation.ts';
import type { SteadyLoad } from '../load/steady-load.ts';
import { type CalmOptions, untilCalm } from '../load/until-calm.ts';
import { type Cell, targetOf } from './cell.ts';
import { expectationOf } from './expectation.ts';
import { judgeCell } from './judge-cell.ts';
import { pressureBetween, readPressure } from './processor-pressure.ts';
import { type CellOptions, type Observation, runCell } from './run-cell.ts';

/** A cell that was run, and what was not as expected of it. */
export interface JudgedCell {
  readonly cell: Cell;
  /** Absent where it was not run: there was no calm to run it in. */
  readonly observation: Observation | undefined;
  readonly problems: readonly string[];
  /** In how much of its time some process of the machine waited for a processor, from 0 to 1. */
  readonly pressure: number;
  /** How often it was run until it was as expected, or for the last time. */
  readonly attempts: number;
}

/** What a cell is run in. */
export interface Running {
  readonly stack: Pick<FaultyStack, 'targets' | 'gatewayPids'>;
  readonly load: SteadyLoad;
  readonly operations: readonly Operation[];
  /** Of processes that nobody killed, in words; those that are in a judgement are taken out. */
  readonly ends: string[];
  readonly calmLimitMs: number;
}

/**
 * Runs a cell as soon as all is calm. Where that does not come about the cell has failed, without having been run.
 * @throws the reason of the signal, or what keeps the victim from starting
 */
export async function runAndJudge(
  cell: Cell,
  options: CellOptions,
  { stack, load, operations, ends, calmLimitMs }: Running,
): Promise<JudgedCell> {
  const target = stack.targets.find(({ name }) => name === targetOf(cell.victim));
  if (!target) throw new Error(`the stack has no ${targetOf(cell.victim)}`);
  const before = await readPressure();
  const unrest = await unrestOf(load, { durationMs: options.quietMs, limitMs: calmLimitMs, signal: options.signal });
  if (unrest !== undefined) {
    const pressure = pressureBetween(before, await readPressure());
    return { cell, observation: undefined, problems: [unrest, ...ends.splice(0)], pressure, attempts: 1 };
  }
  const pidsBefore = stack.gatewayPids();
  const calm = await readPressure();
  const observation = await runCell(target, cell.harm, load, options);
  const pressure = pressureBetween(calm, await readPressure());
  const isSame = stack.gatewayPids().every((pid, index) => pid === pidsBefore[index]);
  const problems = [
    ...judgeCell(cell, expectationOf(cell), observation, operations),
    ...(isSame ? [] : ['a gateway is another process than before']),
    ...ends.splice(0),
  ];
  return { cell, observation, problems, pressure, attempts: 1 };
}

/** Why there was no calm; `undefined` once there is. */
async function unrestOf(load: SteadyLoad, options: CalmOptions): Promise<string | undefined> {
  try {
    await untilCalm(load, options);
    return undefined;
  } catch (error) {
    options.signal.throwIfAborted();
    return `it was not run: ${error instanceof Error ? error.message : String(error)}`;
  }
}
