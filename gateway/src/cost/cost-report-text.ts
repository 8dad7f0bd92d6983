import type { OperationCostRecord } from './operation-costs.ts';

const HEAD = ['total', 'executions', 'mean', 'estimated', 'highest', 'hash', 'operation'];
/** Enough to find it by. */
const HASH_LENGTH = 10;

/** A table of what operations have cost: in all, on average, as estimated on average and at most. */
export function costReportText(records: readonly OperationCostRecord[]): string {
  if (records.length === 0) return 'nothing has been executed';
  const rows = records.map(({ hash, title, executions, estimated, actual, highest }) => [
    ...[actual, executions, actual / executions, estimated / executions, highest].map(shown),
    hash.slice(0, HASH_LENGTH),
    title,
  ]);
  const widths = HEAD.map((name, column) =>
    Math.max(...[HEAD, ...rows].map((row) => row[column]?.length ?? name.length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => (column < 5 ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [HEAD, ...rows].map(line).join('\n');
}

function shown(number: number): string {
  return Number.isInteger(number) ? String(number) : number.toFixed(1);
}
