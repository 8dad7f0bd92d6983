import { median } from '../bench/measure/measurement.ts';
import { type Verdict, verdictTable } from '../command/verdict.ts';
import { type SwapEvent, type SwapRun, type SwapWindow, warmUpRequests } from './swap-run.ts';

const MOST_TIMES = 2;

/** A load that is late by more has been held up by something, and so may the gateway have been. */
const DISTURBED_MS = 10;

/** Holds a run to what a gateway promises. */
export function verdictsOf({ windows, served, refused }: Pick<SwapRun, 'windows' | 'served' | 'refused'>): Verdict[] {
  const first = windows.findIndex(({ event }) => event !== 'nothing');
  const usual = windows.slice(0, first);
  const of = (event: SwapEvent) => windows.filter((window) => window.event === event);
  const [swaps, broken] = [of('another supergraph'), of('a broken supergraph')];
  const failures = windows.reduce((sum, window) => sum + window.failures, 0);
  const answers = windows.reduce((sum, window) => sum + window.answers, 0);
  const disturbed = windows.filter(({ sentLateMs }) => sentLateMs > DISTURBED_MS).length;
  return [
    { what: 'no request fails', measured: `${failures} of ${answers + failures}`, isHeld: failures === 0 },
    latencyVerdict('while another supergraph is served in place of one', swaps, usual),
    latencyVerdict('while a broken one is refused', broken, usual),
    {
      what: `${swaps.length} supergraphs are served in place of others`,
      measured: `${served}`,
      isHeld: served === swaps.length,
    },
    { what: `${broken.length} broken ones are refused`, measured: `${refused}`, isHeld: refused >= broken.length },
    {
      what: `the machine lets the load itself be late by more than ${DISTURBED_MS} ms in a third of the windows at most`,
      measured: `${disturbed} of ${windows.length}`,
      isHeld: disturbed * 3 <= windows.length,
    },
  ];
}

/** Of medians, since a window has few slow requests, and some of those are slow for reasons of the machine. */
function latencyVerdict(when: string, windows: readonly SwapWindow[], usual: readonly SwapWindow[]): Verdict {
  const usualMs = median(usual.map(({ p99Ms }) => p99Ms));
  const p99Ms = median(windows.map((window) => window.p99Ms));
  return {
    what: `p99 ${when} is at most ${MOST_TIMES} times the usual ${usualMs.toFixed(2)} ms`,
    measured: `${p99Ms.toFixed(2)} ms, ${(p99Ms / usualMs).toFixed(1)} times`,
    isHeld: p99Ms <= MOST_TIMES * usualMs,
  };
}

/** The report for people. */
export function toMarkdown(run: SwapRun, circumstances: readonly string[]): string {
  const { windows, requestsPerSecond, windowS, characters, placement } = run;
  return [
    '# Another supergraph under load',
    '',
    `${requestsPerSecond} requests a second, whether or not they are answered, in windows of ${windowS} s without a gap, to a gateway that has answered ${warmUpRequests.toLocaleString('en')} before. When some begin, the file of the gateway's supergraph, which has ${characters.toLocaleString('en')} characters, is replaced. ${placement} Latencies are from sending to the last byte; those promised are medians of the windows of a kind.`,
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
