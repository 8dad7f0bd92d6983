import type { ClientUse, Usage } from './usage.ts';

const HEAD = ['requests', 'last', 'client', 'operation', 'hash'];
/** Enough to find it by. */
const HASH_LENGTH = 10;

/**
 * Who uses a coordinate, or anything, as a table.
 * @param uses of the usage, those that are to be shown
 */
export function usageText({ days, countedDays, requests, untold }: Usage, uses: readonly ClientUse[]): string {
  if (requests === 0) return `No request was counted in the last ${days} days.`;
  const rows = uses.map(({ requests: own, lastDay, client, name, hash }) => [
    String(own),
    lastDay,
    client,
    name,
    hash.slice(0, HASH_LENGTH),
  ]);
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => (column === 0 ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const table = uses.length === 0 ? ['Nobody is known to use it.'] : [HEAD, ...rows].map(line);
  const lost = untold === 0 ? '' : ` Of ${untold} it is not known what they used.`;
  return [...table, '', `${requests} requests were counted on ${countedDays} of the last ${days} days.${lost}`].join(
    '\n',
  );
}
