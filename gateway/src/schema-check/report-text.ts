import { isAcceptable, type SchemaCheck } from './check-schema.ts';
import type { OperationCosts } from './compare-costs.ts';
import type { PlanSize } from './compare-plans.ts';
import { requestsText } from './counted-usage.ts';
import type { JudgedChange } from './judge-changes.ts';

const MOST_USERS = 5;

/** A check as a person reads it on a terminal. */
export function reportText(check: SchemaCheck, { base, isVerbose }: { base: string; isVerbose: boolean }): string {
  const { changes, broken, plans, costs, lint } = check;
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
    ...shownCosts(costs, isVerbose).map((cost) => `cost        ${cost.operation}: ${costText(cost)}`),
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

function usageText({ knownOperations, usage }: SchemaCheck): string {
  const isCounted = usage !== undefined && usage.requests > 0;
  const counted = isCounted
    ? `${requestsText(usage.requests)} that gateways counted on ${usage.countedDays} of the last ${usage.days} days`
    : undefined;
  if (knownOperations === undefined && !counted) {
    const why = usage ? `No request was counted in the last ${usage.days} days` : 'There is no usage data';
    return `${why}, so whatever could break a client counts as breaking (--operations names a manifest, --usage what was counted).`;
  }
  const known =
    knownOperations === undefined ? [] : [`${knownOperations} known operation${knownOperations === 1 ? '' : 's'}`];
  const evidence = [...known, ...(counted ? [counted] : [])].join(' and ');
  return `Judged by ${evidence}${counted ? '' : '; no usage was counted'}.`;
}

/** For example `3 fetches in 2 steps`. */
export function sizeText({ fetches, steps }: PlanSize): string {
  return `${fetches} fetch${fetches === 1 ? '' : 'es'} in ${steps} step${steps === 1 ? '' : 's'}`;
}

/** Those that differ, or all. */
export function shownCosts(costs: readonly OperationCosts[], isVerbose: boolean): readonly OperationCosts[] {
  return isVerbose ? costs : costs.filter(({ before, after, exceeded }) => before !== after || exceeded.length > 0);
}

/** For example `120 → 640`, and which limits that exceeds. */
export function costText({ before, after, exceeded }: OperationCosts): string {
  const limits = exceeded.length === 0 ? '' : `, too dear: ${exceeded.join(', ')}`;
  return `${before === after ? after : `${before} → ${after}`}${limits}`;
}
