import type { TelemetryCost, TelemetryRun } from './telemetry-run.ts';

/** What telemetry costs, as a page; each level against none, and how far two gateways without any are apart. */
export function toMarkdown({ costs, collectedBytes, cores }: TelemetryRun, provenance: readonly string[]): string {
  const byQuery = Map.groupBy(costs, ({ query }) => query);
  const sections = [...byQuery].map(([query, levels]) => {
    const off = levels.find(({ levelId }) => levelId === 'off');
    return [`## ${query.id}: ${query.description}`, '', tableOf(levels, off?.cpuMs ?? 0), ''];
  });
  return [
    '# What telemetry costs',
    '',
    'CPU of the gateway in milliseconds a request, of all its threads, in a closed loop; the median of rounds that take turns.',
    'The last line is a second gateway without telemetry: less than what it differs by is noise.',
    '',
    ...sections.flat(),
    `The collector was sent ${Math.round(collectedBytes / 1e6)} MB. Cores: ${cores}.`,
    ...provenance.map((line) => `${line}  `),
    '',
  ].join('\n');
}

function tableOf(levels: readonly TelemetryCost[], offMs: number): string {
  const rows = levels.map(({ level, cpuMs, rounds }) => {
    const more = (((cpuMs - offMs) / offMs) * 100).toFixed(0);
    return `| ${level} | ${cpuMs.toFixed(3)} | ${more} % | ${rounds.map((each) => each.toFixed(3)).join(' ')} |`;
  });
  return ['| telemetry | CPU ms a request | more than off | rounds |', '|---|--:|--:|---|', ...rows].join('\n');
}
