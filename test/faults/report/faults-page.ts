import { cpus } from 'node:os';
import type { Operation } from '../load/operation.ts';
import type { Sample } from '../load/sample.ts';
import { cellName } from '../matrix/cell.ts';
import { tookOf } from '../matrix/judge-cell.ts';
import { percentile } from '../matrix/percentile.ts';
import type { JudgedCell } from '../matrix/run-and-judge.ts';
import { type CellSummary, summarise } from './cell-summary.ts';

export interface FaultsPageOptions {
  readonly cells: readonly JudgedCell[];
  readonly operations: readonly Operation[];
  /** What clients saw when nothing was harmed. */
  readonly calm: readonly Sample[];
  readonly requestsPerSecond: number;
  readonly faultMs: number;
}

/** The page of the matrix, in Markdown. */
export function faultsPage({ cells, operations, calm, requestsPerSecond, faultMs }: FaultsPageOptions): string {
  return `# Faults

What clients see while one part of the system is away, as \`npm run faults\` measures it and holds it to what is promised.

Six of its cells run for every change, by \`npm run faults:short\`.

**The stack**: two gateways, each subgraph once, a catalog and two shards on Postgres clusters of their own with a replica each, Redis and RabbitMQ,
all real processes. **The load**: ${requestsPerSecond} requests a second, whatever becomes of them, that have 1.8 seconds each: ${operations.map(({ name }) => name).join(', ')}.
**The harms**, each for ${faultMs / 1_000} seconds: *killed* (SIGKILL, then started again), *paused* (SIGSTOP), *slow* (every round trip takes 2 seconds
longer), *stalled* and *reset* (half of the connections). The replica is the catalog's, the shard is \`shard_0\`.

**In a row**: the share of requests during the fault whose answer lacked anything; what it lacked, with how often of how many, and the codes that say so:
all other parts of all answers came as a whole; p99 of the operations that don't need the victim (${percentile(tookOf(calm), 0.99)} ms when nothing is harmed); and how long after the victim was
there again the last request was sent that was not answered as a whole. In no cell in which it held did a gateway, or another process that nobody killed, end.

**What has to hold** is in [expectation.ts](../test/faults/matrix/expectation.ts): which parts may be missing follows from what each part
[needs](../test/faults/load/operations.ts); a missing part comes with a code that says what is away; what is known to be away is refused at once; nobody waits beyond
the time that they said; all is well again within six seconds. ${heldText(cells)}
${repeatedText(cells)}
Measured on ${cpus().length} x ${cpus()[0]?.model ?? 'an unknown processor'} with Node ${process.version}${pressureText(cells)}.

| victim | harm | lack something | what they lack | codes | others, p99 | well after |
|---|---|---|---|---|---|---|
${cells.map((cell) => row(cell, operations)).join('\n')}
`;
}

function heldText(cells: readonly JudgedCell[]): string {
  const failed = cells.filter(({ problems }) => problems.length > 0);
  if (failed.length === 0) return `It held in all ${cells.length} cells.`;
  return `It did not hold in ${failed.map(({ cell }) => `\`${cellName(cell)}\``).join(', ')}.`;
}

/** A fault that shows one time in three could hide behind a further attempt, so nobody is to overlook one. */
function repeatedText(cells: readonly JudgedCell[]): string {
  const repeated = cells.filter(({ attempts }) => attempts > 1);
  if (repeated.length === 0) return '';
  const names = repeated.map(({ cell, attempts }) => `\`${cellName(cell)}\` (${attempts} attempts)`);
  return `
**More than one attempt** was made of ${names.join(', ')}: they were not as expected at first,
while other work took all processors. The rows show the last attempt.
`;
}

/** Nothing where the system does not say. */
function pressureText(cells: readonly JudgedCell[]): string {
  const pressure = cells.reduce((sum, cell) => sum + cell.pressure, 0) / cells.length;
  if (pressure === 0) return '';
  return `, on which some process had to wait for a processor ${Math.round(pressure * 100)}% of the time`;
}

function row({ cell, observation }: JudgedCell, operations: readonly Operation[]): string {
  if (!observation) return `| ${cell.victim} | ${cell.harm} | not run |  |  |  |  |`;
  const { requests, incomplete, lost, unaffectedP99Ms } = summarise(cell, observation, operations);
  const { recoveryMs } = observation;
  const columns = [
    cell.victim,
    cell.harm,
    incomplete === 0 ? 'none' : `${((incomplete / requests) * 100).toFixed(1)}%`,
    lostText(lost),
    [...new Set(lost.flatMap(({ codes }) => codes))]
      .sort()
      .map((code) => `\`${code}\``)
      .join(' '),
    `${unaffectedP99Ms} ms`,
    recoveryMs === undefined ? 'never' : `${(recoveryMs / 1_000).toFixed(1)} s`,
  ];
  return `| ${columns.join(' | ')} |`;
}

/** `account: orders, reviews 19/19; order: placed 3/19` */
function lostText(lost: CellSummary['lost']): string {
  const groups = Map.groupBy(lost, ({ part, count, of }) => `${part.split(': ')[0]}|${count}/${of}`);
  return [...groups]
    .map(([group, parts]) => {
      const [operation, share] = group.split('|');
      return `${operation}: ${parts.map(({ part }) => part.split(': ')[1]).join(', ')} ${share}`;
    })
    .join('; ');
}
