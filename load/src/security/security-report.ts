import { median } from '../bench/measure/measurement.ts';
import { type Verdict, verdictTable } from '../command/verdict.ts';
import { type PartsCpu, type SecurityRound, type SecurityRun, warmUpRequests } from './security-run.ts';

/** A part of what answers a request, and its share of the CPU. */
interface Part {
  readonly name: string;
  readonly cpuMs: (cpu: PartsCpu) => number;
}

const MOST_MORE_PERCENT = 15;

const whole: Part = {
  name: 'all together',
  cpuMs: ({ gatewayMs, subgraphMs, databaseMs }) => gatewayMs + subgraphMs + databaseMs,
};
const parts: readonly Part[] = [
  { name: 'gateway', cpuMs: ({ gatewayMs }) => gatewayMs },
  { name: 'subgraph', cpuMs: ({ subgraphMs }) => subgraphMs },
  { name: 'databases', cpuMs: ({ databaseMs }) => databaseMs },
  whole,
];

/** Holds a run to what security may cost. */
export function verdictsOf({ rounds }: Pick<SecurityRun, 'rounds'>): Verdict[] {
  const morePercent = morePercentOf(rounds, whole);
  const slices = rounds.flatMap(({ off, on }) => [off, on]);
  const failures = slices.reduce((sum, slice) => sum + slice.failures, 0);
  const answers = slices.reduce((sum, slice) => sum + slice.answers, 0);
  return [
    {
      what: `gateway, subgraph and databases take at most ${MOST_MORE_PERCENT} % more, all together`,
      measured: `${morePercent.toFixed(1)} %`,
      isHeld: morePercent <= MOST_MORE_PERCENT,
    },
    { what: 'no request fails', measured: `${failures} of ${answers + failures}`, isHeld: failures === 0 },
  ];
}

/** The report for people. */
export function toMarkdown(run: SecurityRun, circumstances: readonly string[]): string {
  const { rounds, seconds, connections, databaseIdleMs, placement } = run;
  return [
    '# What security costs',
    '',
    `A query for 20 products, through a gateway and a catalog to Postgres, by ${connections} connections that each wait for their answer; CPU in milliseconds a request, of all threads, summed over ${rounds.length} rounds of ${seconds} s for each, in turn, after at least ${warmUpRequests.toLocaleString('en')} requests to each. Where security is on, callers have access tokens, of which one in a hundred was never seen before, sessions may have ended, fields take scopes, browsers are told to come by HTTPS, and the gateway signs each request to the subgraph, which verifies it, refuses what it has seen, and reads who asks. Where it is off, none of that is done; the answers are the same bytes. No answers and no data are cached and no TLS is spoken in either; a gateway keeps the tokens that it has verified, and the operations that it has compiled, as it always does. What the accounts service takes to tell which sessions have ended, each few seconds, is not counted. ${placement}`,
    '',
    ...verdictTable(verdictsOf(run)),
    '',
    '| CPU ms a request | off | on | more ms | more | median of the rounds, and their middle half |',
    '|---|--:|--:|--:|--:|--:|',
    ...parts.map((part) => rowOf(part, rounds)),
    '',
    `Requests: ${countOf(rounds, 'off')} without security, ${countOf(rounds, 'on')} with it.`,
    '',
    `Taken off are the ${databaseIdleMs.toFixed(0)} ms that the databases use in a second, for all of the stack, while nothing is asked.`,
    '',
    ...circumstances.map((line) => `- ${line}`),
    '',
  ].join('\n');
}

function rowOf(part: Part, rounds: readonly SecurityRound[]): string {
  const [offMs, onMs] = [perRequest(rounds, 'off', part), perRequest(rounds, 'on', part)];
  const each = rounds.map((round) => morePercentOf([round], part)).toSorted((a, b) => a - b);
  const [low = 0, high = 0] = [each[Math.floor(each.length / 4)], each[Math.ceil((each.length * 3) / 4) - 1]];
  const cells = [
    part.name,
    ...[offMs, onMs, onMs - offMs].map((ms) => ms.toFixed(4)),
    `${morePercentOf(rounds, part).toFixed(1)} %`,
    `${median(each).toFixed(1)} %, ${low.toFixed(1)} to ${high.toFixed(1)} %`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function morePercentOf(rounds: readonly SecurityRound[], part: Part): number {
  const offMs = perRequest(rounds, 'off', part);
  return ((perRequest(rounds, 'on', part) - offMs) / offMs) * 100;
}

/** Of sums, since the operating system counts in steps of 10 ms. */
function perRequest(rounds: readonly SecurityRound[], security: keyof SecurityRound, { cpuMs }: Part): number {
  const slices = rounds.map((round) => round[security]);
  const total = slices.reduce((sum, slice) => sum + cpuMs(slice), 0);
  return total / slices.reduce((sum, { answers }) => sum + answers, 0);
}

function countOf(rounds: readonly SecurityRound[], security: keyof SecurityRound): string {
  return rounds.reduce((sum, round) => sum + round[security].answers, 0).toLocaleString('en');
}
