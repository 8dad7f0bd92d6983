import type { Operation } from '../load/operation.ts';
import type { Sample } from '../load/sample.ts';
import type { Cell } from '../matrix/cell.ts';
import { tookOf, untouched } from '../matrix/judge-cell.ts';
import { percentile } from '../matrix/percentile.ts';
import type { Observation } from '../matrix/run-cell.ts';

/** A cell in the numbers that a table shows. */
export interface CellSummary {
  readonly requests: number;
  /** Requests with any part missing. */
  readonly incomplete: number;
  /** Parts of answers that were missing at least once, with how often of how many requests, and what was said. */
  readonly lost: readonly { part: string; count: number; of: number; codes: readonly string[] }[];
  /** Of operations that don't need the victim. */
  readonly unaffectedP99Ms: number;
  /** Half of the answers that lack something come within this time; `undefined` where none does. */
  readonly refusedP50Ms: number | undefined;
}

/** The numbers of a cell that was run. */
export function summarise(cell: Cell, { during }: Observation, operations: readonly Operation[]): CellSummary {
  const incomplete = during.filter(({ missing }) => missing.length > 0);
  const unaffected = untouched(cell.victim, operations);
  const calm = during.filter(({ operation }) => unaffected.has(operation));
  return {
    requests: during.length,
    incomplete: incomplete.length,
    lost: lostParts(during),
    unaffectedP99Ms: percentile(tookOf(calm), 0.99),
    refusedP50Ms: incomplete.length === 0 ? undefined : percentile(tookOf(incomplete), 0.5),
  };
}

function lostParts(during: readonly Sample[]): CellSummary['lost'] {
  const byPart = Map.groupBy(
    during.flatMap(({ missing }) => missing),
    ({ part }) => part,
  );
  return [...byPart].map(([part, all]) => ({
    part,
    count: all.length,
    of: during.filter(({ operation }) => part.startsWith(`${operation}: `)).length,
    codes: [...new Set(all.map(({ code }) => code))].sort(),
  }));
}
