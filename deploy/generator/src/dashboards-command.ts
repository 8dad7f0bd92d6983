import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { allDashboards } from './dashboards/all-dashboards.ts';
import { grafanaDashboard } from './dashboards/grafana-json.ts';

const program = new Command('dashboards')
  .description('Writes the dashboards of Grafana, a file of JSON each, named by what it shows.')
  .requiredOption('--out <directory>', 'where to; it is made where it is missing')
  .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong arguments.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const { out } = program.parse().opts<{ out: string }>();

await mkdir(out, { recursive: true });
for (const dashboard of allDashboards) {
  const file = join(out, `${dashboard.id}.json`);
  await writeFile(file, `${JSON.stringify(grafanaDashboard(dashboard), null, 2)}\n`);
  console.log(`wrote ${relative(process.cwd(), file)}`);
}
