import { type Operation, partName } from '../load/operation.ts';
import type { Sample } from '../load/sample.ts';
import { type Cell, isNeeded, type Victim } from './cell.ts';
import type { Expectation } from './expectation.ts';
import { percentile } from './percentile.ts';
import type { Observation } from './run-cell.ts';

/** What is not as expected of a cell, in words; nothing where all is. */
export function judgeCell(
  { victim }: Cell,
  expectation: Expectation,
  observation: Observation,
  operations: readonly Operation[],
): string[] {
  const { proof, during, after, recoveryMs } = observation;
  return [
    ...(proof.isDone ? [] : [`nothing proves that it was harmed: ${proof.found}`]),
    ...wrongLosses([...during, ...after], partsThatNeed(victim, operations), expectation),
    ...wrongShare(during, partsThatNeed(victim, operations), expectation),
    ...wrongTimes(observation, untouched(victim, operations), expectation),
    ...wrongRecovery(recoveryMs, expectation),
  ];
}

/** Names of the operations that need the victim in no part. */
export function untouched(victim: Victim, operations: readonly Operation[]): Set<string> {
  const needy = operations.filter(({ parts }) => parts.some(({ needs }) => isNeeded(victim, needs)));
  return new Set(operations.filter((operation) => !needy.includes(operation)).map(({ name }) => name));
}

function partsThatNeed(victim: Victim, operations: readonly Operation[]): Set<string> {
  const names = operations.flatMap((operation) =>
    operation.parts.filter(({ needs }) => isNeeded(victim, needs)).map((part) => partName(operation, part)),
  );
  return new Set(names);
}

function wrongLosses(samples: readonly Sample[], needy: ReadonlySet<string>, { codes }: Expectation): string[] {
  const wrong = samples
    .flatMap(({ missing }) => missing)
    .filter(({ part, code }) => !needy.has(part) || !codes.includes(code));
  const counts = Map.groupBy(wrong, ({ part, code }) => `${part} is missing (${code})`);
  return [...counts].map(([what, all]) => `${what}, ${all.length} times`);
}

function wrongShare(
  during: readonly Sample[],
  needy: ReadonlySet<string>,
  { missingShare: { least, most } }: Expectation,
): string[] {
  const operations = new Set([...needy].map((part) => part.split(': ')[0]));
  const asked = during.filter(({ operation }) => operations.has(operation));
  if (asked.length === 0) return [];
  const share = asked.filter(({ missing }) => missing.length > 0).length / asked.length;
  const found = `${percent(share)} of the answers that need it lack something`;
  if (share > most) return [`${found}, more than ${percent(most)}`];
  return share < least ? [`${found}, less than ${percent(least)}: was it harmed?`] : [];
}

function wrongTimes(
  { during, beganAtMs, overAtMs }: Observation,
  unaffected: ReadonlySet<string>,
  expectation: Expectation,
): string[] {
  const secondHalf = during.filter(({ sentAtMs }) => sentAtMs >= (beganAtMs + overAtMs) / 2);
  const incomplete = secondHalf.filter(({ missing }) => missing.length > 0);
  const others = during.filter(({ operation }) => unaffected.has(operation));
  return [
    ...above('half of what lacks something', percentile(tookOf(incomplete), 0.5), expectation.refusedP50Ms),
    ...above('what does not need it (p99)', percentile(tookOf(others), 0.99), expectation.unaffectedP99Ms),
    ...above('the longest answer', percentile(tookOf(during), 1), expectation.longestMs),
  ];
}

function wrongRecovery(recoveryMs: number | undefined, { recoveryMs: limitMs }: Expectation): string[] {
  return recoveryMs === undefined ? ['it did not recover'] : above('the recovery', Math.round(recoveryMs), limitMs);
}

function above(what: string, tookMs: number, limitMs: number): string[] {
  return tookMs > limitMs ? [`${what} takes ${tookMs} ms, more than ${limitMs}`] : [];
}

/** How long each took. */
export function tookOf(samples: readonly Sample[]): number[] {
  return samples.map(({ tookMs }) => tookMs);
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
