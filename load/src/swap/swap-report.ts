import { median } from '../bench/measure/measurement.ts';
import { type Verdict, verdictTable } from '../command/verdict.ts';
import { type SwapEvent, type SwapRun, type SwapWindow, warmUpRequests } from './swap-run.ts';

const MOST_TIMES = 2;

/** A load that is late by more has been held up by something, and so may the gateway have been: such a window says little of it. */
const DISTURBED_MS = 10;

/** Holds a run to what a gateway promises; latencies are those of windows that nothing else has disturbed. */
export function verdictsOf({ windows, served, refused }: Pick<SwapRun, 'windows' | 'served' | 'refused'>): Verdict[] {
  const first = windows.findIndex(({ event }) => event !== 'nothing');
  const before = windows.slice(0, first).filter(isJudged);
  const after = windows.slice(first).filter(isJudged);
  const usualMs = median(before.map(({ p99Ms }) => p99Ms));
  const worst = Math.max(...after.map(({ p99Ms }) => p99Ms));
  const failures = windows.reduce((sum, window) => sum + window.failures, 0);
  const answers = windows.reduce((sum, window) => sum + window.answers, 0);
  const countOf = (event: SwapEvent, among = windows) => among.filter((window) => window.event === event).length;
  const swaps = countOf('another supergraph');
  const broken = countOf('a broken supergraph');
  const judged = countOf('another supergraph', after);
  return [
    { what: 'no request fails', measured: `${failures} of ${answers + failures}`, isHeld: failures === 0 },
    {
      what: `p99 at most ${MOST_TIMES} times the usual ${usualMs.toFixed(1)} ms in each window from the first swap on`,
      measured: `${worst.toFixed(1)} ms, ${(worst / usualMs).toFixed(1)} times`,
      isHeld: worst <= MOST_TIMES * usualMs,
    },
    { what: `${swaps} supergraphs are served in place of others`, measured: `${served}`, isHeld: served === swaps },
    { what: `${broken} broken one is refused`, measured: `${refused}`, isHeld: refused >= broken },
    {
      what: `in half of the swaps at least, the machine lets the load itself be late by ${DISTURBED_MS} ms at most; the p99 of others is not judged`,
      measured: `${judged} of ${swaps}`,
      isHeld: before.length > 0 && judged * 2 >= swaps,
    },
  ];
}

function isJudged({ sentLateMs }: SwapWindow): boolean {
  return sentLateMs <= DISTURBED_MS;
}

/** The report for people. */
export function toMarkdown(run: SwapRun, circumstances: readonly string[]): string {
  const { windows, requestsPerSecond, windowS, characters, placement } = run;
  return [
    '# Another supergraph under load',
    '',
    `${requestsPerSecond} requests a second, whether or not they are answered, in windows of ${windowS} s without a gap, to a gateway that has answered ${warmUpRequests.toLocaleString('en')} before. When some begin, the file of the gateway's supergraph, which has ${characters.toLocaleString('en')} characters, is replaced. ${placement} Latencies are from sending to the last byte.`,
    '',
    ...verdictTable(verdictsOf(run)),
    '',
    '| window | replaced by | answers | failures | p50 ms | p99 ms | longest ms | sent late by at most ms |',
    '|---|---|---|---|---|---|---|---|',
    ...windows.map(
      ({ event, answers, failures, p50Ms, p99Ms, maxMs, sentLateMs }, index) =>
        `| ${index + 1} | ${event} | ${answers} | ${failures} | ${[p50Ms, p99Ms, maxMs, sentLateMs].map((ms) => ms.toFixed(1)).join(' | ')} |`,
    ),
    '',
    ...circumstances.map((line) => `- ${line}`),
    '',
  ].join('\n');
}
