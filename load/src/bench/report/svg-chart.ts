import { summarise } from '../measure/measurement.ts';
import { type BenchReport, labelOf, measurementOf } from './bench-report.ts';

const width = 860;
const labelWidth = 270;
const valueWidth = 90;
const rowHeight = 22;
const headHeight = 40;
const barHeight = 14;

/** CPU a request, a group of bars a query: each group has its own scale, as the queries differ a hundredfold. */
export function toSvg(report: BenchReport): string {
  const parts: string[] = [];
  let y = 10;
  const charts = report.sections.flatMap((section) => section.queries.map((query) => ({ section, query })));
  for (const { section, query } of charts) {
    const bars = section.contenders.flatMap((contender) => {
      const measurement = measurementOf(section, contender, query);
      return measurement
        ? [{ label: labelOf(contender).replaceAll('`', ''), cpuMs: summarise(measurement).cpuMsPerRequest }]
        : [];
    });
    const longest = Math.max(...bars.map(({ cpuMs }) => cpuMs));
    parts.push(text(10, y + 20, `${query.id}: CPU ms a request`, 'class="head"'));
    y += headHeight;
    for (const { label, cpuMs } of bars) {
      const length = Math.max(1, ((width - labelWidth - valueWidth) * cpuMs) / longest);
      const colour = label.startsWith('Tributary') ? '#0b7285' : '#adb5bd';
      parts.push(
        text(labelWidth - 10, y, label, 'text-anchor="end"'),
        `<rect x="${labelWidth}" y="${y - barHeight + 3}" width="${length.toFixed(1)}" height="${barHeight}" fill="${colour}"/>`,
        text(labelWidth + length + 6, y, cpuMs.toFixed(cpuMs < 1 ? 3 : 1)),
      );
      y += rowHeight;
    }
    y += 10;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" font-family="system-ui, sans-serif" font-size="13">`,
    '<title>CPU ms a request, by query and server</title>',
    '<style>.head { font-weight: bold }</style>',
    `<rect width="${width}" height="${y}" fill="white"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function text(x: number, y: number, words: string, attributes = ''): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y}" ${attributes}>${escaped}</text>`;
}
