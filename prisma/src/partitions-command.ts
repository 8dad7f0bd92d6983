import { Command } from 'commander';
import { openForCommand } from './commands/open-for-command.ts';
import { countBetween } from './commands/option-values.ts';
import { databasesFileOption, runCommand } from './commands/run-command.ts';
import { ensurePartitions } from './partitions/ensure-partitions.ts';

const program = new Command('partitions')
  .description(
    "Makes next months' partitions of orders and their items on every shard. Fails when rows have fallen into a default partition.",
  )
  .option('--months-ahead <months>', 'how many months to be ahead of the current one', countBetween(0, 24), 3)
  .addOption(databasesFileOption())
  .action(async ({ monthsAhead, databases: file }: { monthsAhead: number; databases: string }) => {
    await using databases = await openForCommand('partitions', file);
    for (const { database, created, defaultRows } of await ensurePartitions(databases, { monthsAhead })) {
      console.log(`${database}: ${created.length === 0 ? 'nothing was missing' : `made ${created.join(', ')}`}`);
      if (defaultRows === 0) continue;
      process.exitCode = 1;
      console.error(
        `${database}: ${defaultRows} rows are in a default partition: make their month, then move them into it`,
      );
    }
  });

await runCommand(program);
