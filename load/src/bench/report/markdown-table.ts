import { type Measurement, type Summary, summarise } from '../measure/measurement.ts';
import type { BenchQuery } from '../queries.ts';
import { type BenchReport, labelOf, type MeasuredSection, measurementOf } from './bench-report.ts';
import { costTables } from './cost-table.ts';

/** The report for people: a table a query, what could not be measured, and how to repeat it. */
export function toMarkdown(report: BenchReport): string {
  return [
    '# Bench',
    '',
    "CPU is the operating system's figure for the whole process tree while all connections were busy; each table says whose CPU it is",
    "compared with. Requests a second are given only where the server's core was the limit. Latencies are of an open loop at one rate for all,",
    'counted from when a request was due; its timer has a grain of a millisecond, which the bare server shows. All figures are medians.',
    '',
    ...report.sections.flatMap((section) => [
      `## ${section.title}`,
      '',
      ...section.queries.flatMap((query) => queryTable(section, query)),
    ]),
    ...costTables(report),
    ...distinctTable(report),
    ...absences(report),
    ...report.circumstances.map((line) => `- ${line}`),
    '',
  ].join('\n');
}

function queryTable(section: MeasuredSection, query: BenchQuery): string[] {
  const measured = section.contenders.flatMap((contender) => {
    const measurement = measurementOf(section, contender, query);
    return measurement ? [{ contender, measurement, summary: summarise(measurement) }] : [];
  });
  const [first] = measured;
  if (!first) return [];
  const yardstick = measured.find(({ contender }) => contender.id === section.yardstickId);
  const { checked, pacedRequestsPerSecond } = first.measurement;
  return [
    `### ${query.id}: ${query.description} (${(checked.bytes / 1_000).toFixed(1)} KB, open loop at ${pacedRequestsPerSecond}/s)`,
    '',
    `| | CPU ms/request | ${yardstick ? `less CPU than ${labelOf(yardstick.contender)}` : 'less CPU'} | requests/s | p50 ms | p99 ms | RSS MB | subgraph requests/query | failures |`,
    '|---|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...measured.map((each) => row(labelOf(each.contender), each.measurement, each.summary, yardstick?.summary)),
    '',
  ];
}

function row(label: string, { checked }: Measurement, summary: Summary, yardstick: Summary | undefined): string {
  const { cpuMsPerRequest, requestsPerSecond, p50Ms, p99Ms, peakResidentBytes, subgraphRequestsPerQuery } = summary;
  const cells = [
    label,
    cpuMsPerRequest.toFixed(3),
    yardstick ? `${(yardstick.cpuMsPerRequest / cpuMsPerRequest).toFixed(1)}x` : '',
    requestsPerSecond?.toFixed(0) ?? '-',
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
    (peakResidentBytes / 1e6).toFixed(0),
    requestsWords(checked.subgraphRequests, subgraphRequestsPerQuery),
    summary.failures,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Alone, and under load where that is another number because clients share. */
function requestsWords(alone: number, underLoad: number): string {
  return Math.abs(alone - underLoad) < 0.05 ? `${alone}` : `${alone} (${underLoad.toFixed(1)} under load)`;
}

function distinctTable({ distinctOperations, sections }: BenchReport): string[] {
  const contenders = sections.flatMap((section) => section.contenders);
  if (distinctOperations.length === 0) return [];
  return [
    '## Memory after operations of which no two are the same',
    '',
    '| gateway | operations | RSS MB before | peak | after | CPU ms/operation | failures |',
    '|---|--:|--:|--:|--:|--:|--:|',
    ...distinctOperations.map(({ contenderId, operations, residentBytesBefore, residentBytesAfter, phase }) => {
      const contender = contenders.find(({ id }) => id === contenderId);
      const megabytes = [residentBytesBefore, phase.peakResidentBytes, residentBytesAfter].map((bytes) =>
        (bytes / 1e6).toFixed(0),
      );
      const cpuMs = (phase.cpuMs / operations).toFixed(2);
      return `| ${[contender ? labelOf(contender) : contenderId, operations, ...megabytes, cpuMs, phase.failures].join(' | ')} |`;
    }),
    '',
  ];
}

function absences({ sections }: BenchReport): string[] {
  const absences = sections.flatMap((section) => section.absences);
  return absences.length === 0
    ? []
    : [
        '## Not measured',
        '',
        ...absences.map(
          ({ contender, reason }) => `- ${labelOf(contender)}: ${reason.replaceAll(/\s+/g, ' ').slice(0, 400)}`,
        ),
        '',
      ];
}
