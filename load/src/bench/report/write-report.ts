import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchReport } from './bench-report.ts';
import { toMarkdown } from './markdown-table.ts';
import { toSvg } from './svg-chart.ts';

/**
 * Writes `bench.md`, `bench.svg` and `bench.json` (all figures of all rounds).
 * @returns the Markdown
 */
export async function writeReport(report: BenchReport, folder: string): Promise<string> {
  const markdown = toMarkdown(report);
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(join(folder, 'bench.md'), markdown),
    writeFile(join(folder, 'bench.svg'), toSvg(report)),
    writeFile(join(folder, 'bench.json'), `${JSON.stringify(report, null, 1)}\n`),
  ]);
  return markdown;
}
