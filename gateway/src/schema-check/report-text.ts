import { isAcceptable, type SchemaCheck } from './check-schema.ts';
import type { PlanSize } from './compare-plans.ts';
import type { JudgedChange } from './judge-changes.ts';

const MOST_USERS = 5;

/** A check as a person reads it on a terminal. */
export function reportText(check: SchemaCheck, { base, isVerbose }: { base: string; isVerbose: boolean }): string {
  const { changes, broken, plans, lint } = check;
  const shown = isVerbose ? changes : changes.filter(({ verdict }) => verdict !== 'safe');
  const lines = [
    ...shown.flatMap(linesOf),
    ...broken.flatMap(({ label, reasons }) => [
      `broken      ${label}`,
      ...reasons.map((reason) => `            ${reason}`),
    ]),
    ...plans.map(
      ({ operation, before, after }) => `plan        ${operation}: ${sizeText(before)} → ${sizeText(after)}`,
    ),
    ...lint.map(({ rule, coordinate, message }) => `lint        ${coordinate} ${message} (${rule})`),
  ];
  return [...lines, ...(lines.length > 0 ? [''] : []), summaryOf(check, base)].join('\n');
}

/** In one or two sentences: what has changed, whether that is acceptable, and by what that was judged. */
export function summaryOf(check: SchemaCheck, base: string): string {
  const { changes } = check;
  const counts = (['breaking', 'unused', 'dangerous', 'safe'] as const)
    .map((verdict) => [changes.filter((change) => change.verdict === verdict).length, verdict] as const)
    .filter(([count]) => count > 0)
    .map(([count, verdict]) => `${count} ${verdict}`);
  const what =
    counts.length > 0
      ? `${changes.length} changes against ${base}: ${counts.join(', ')}.`
      : `Nothing differs from ${base}.`;
  return [what, usageText(check), isAcceptable(check) ? 'Passed.' : 'Failed.'].join(' ');
}

function linesOf({ verdict, coordinate, message, users }: JudgedChange): string[] {
  const line = `${verdict.padEnd(11)} ${coordinate}  ${message}`;
  if (verdict === 'safe' || !users || users.length === 0) return [line];
  return [line, `            used by ${someOf(users)}`];
}

/** A few of them, and how many more there are. */
export function someOf(users: readonly string[]): string {
  const more = users.length - MOST_USERS;
  return users.slice(0, MOST_USERS).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function usageText({ knownOperations }: SchemaCheck): string {
  if (knownOperations === undefined) {
    return 'There is no usage data, so whatever could break a client counts as breaking (--operations names a manifest).';
  }
  return `Judged by ${knownOperations} known operation${knownOperations === 1 ? '' : 's'}.`;
}

/** For example `3 fetches in 2 steps`. */
export function sizeText({ fetches, steps }: PlanSize): string {
  return `${fetches} fetch${fetches === 1 ? '' : 'es'} in ${steps} step${steps === 1 ? '' : 's'}`;
}
