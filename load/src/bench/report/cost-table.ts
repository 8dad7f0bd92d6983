import { summarise } from '../measure/measurement.ts';
import { type BenchReport, labelOf, type MeasuredSection, measurementOf } from './bench-report.ts';

/** For each contender that does more than another one does: what that costs it, a row a query. */
export function costTables({ sections }: Pick<BenchReport, 'sections'>): string[] {
  return sections.flatMap((section) => section.contenders.flatMap((contender) => costTable(section, contender.id)));
}

function costTable(section: MeasuredSection, id: string): string[] {
  const contender = section.contenders.find((each) => each.id === id);
  const without = section.contenders.find((each) => each.id === contender?.withoutId);
  if (!contender || !without) return [];
  const rows = section.queries.flatMap((query) => {
    const [on, off] = [contender, without].map((each) => measurementOf(section, each, query));
    if (!on || !off) return [];
    const [onMs, offMs] = [summarise(on).cpuMsPerRequest, summarise(off).cpuMsPerRequest];
    const more = `${(100 * (onMs / offMs - 1)).toFixed(1)} %`;
    return [`| ${[query.id, offMs.toFixed(4), onMs.toFixed(4), more].join(' | ')} |`];
  });
  return [
    `## What it costs: ${labelOf(contender)}`,
    '',
    `| | CPU ms/request of ${labelOf(without)} | of ${labelOf(contender)} | more |`,
    '|---|--:|--:|--:|',
    ...rows,
    '',
  ];
}
