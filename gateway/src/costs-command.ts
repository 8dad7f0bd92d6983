import { Command } from 'commander';
import { countUpTo, runCommand } from './command-line.ts';
import { costReportText } from './cost/cost-report-text.ts';
import { CostReports } from './cost/cost-reports.ts';
import { withSharedRedis } from './schema-registry/command-redis.ts';

interface Options {
  readonly limit: number;
  readonly json?: boolean;
}

const command = new Command('costs')
  .description(
    'Lists the operations that have cost most in the gateways of the last hour that share the Redis of TRIBUTARY_CACHE_URL.',
  )
  .option('--limit <number>', 'how many', countUpTo(1_000), 20)
  .option('--json', 'as JSON, for programs');

/** @throws Error that says what went wrong */
async function run({ limit, json }: Options): Promise<void> {
  const records = await withSharedRedis(({ commands }) => new CostReports(commands).read());
  const shown = records.slice(0, limit);
  console.log(json ? JSON.stringify(shown, undefined, 2) : costReportText(shown));
}

await runCommand(command, () => run(command.opts()));
