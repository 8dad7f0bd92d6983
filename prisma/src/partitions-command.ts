import { Command, InvalidArgumentError } from 'commander';
import { openDatabases } from './clients/databases.ts';
import { databasesFileOption, runCommand } from './commands/run-command.ts';
import { ensurePartitions } from './partitions/ensure-partitions.ts';
import { readDatabasesFile } from './topology/topology.ts';

function parseMonths(text: string): number {
  const months = Number(text);
  if (!Number.isInteger(months) || months < 0 || months > 24)
    throw new InvalidArgumentError('it is a number from 0 to 24.');
  return months;
}

const program = new Command('partitions')
  .description(
    "Makes next months' partitions of orders and their items on every shard. Fails when rows have fallen into a default partition.",
  )
  .option('--months-ahead <months>', 'how many months to be ahead of the current one', parseMonths, 3)
  .addOption(databasesFileOption())
  .action(async ({ monthsAhead, databases: file }: { monthsAhead: number; databases: string }) => {
    await using databases = await openForCommand(file);
    for (const { database, created, defaultRows } of await ensurePartitions(databases, { monthsAhead })) {
      console.log(`${database}: ${created.length === 0 ? 'nothing was missing' : `made ${created.join(', ')}`}`);
      if (defaultRows === 0) continue;
      process.exitCode = 1;
      console.error(
        `${database}: ${defaultRows} rows are in a default partition: make their month, then move them into it`,
      );
    }
  });

async function openForCommand(file: string) {
  const databases = await openDatabases({
    service: 'partitions',
    readConfig: () => readDatabasesFile(file),
    poolSize: 1,
    fleetProcesses: 1,
    statementTimeoutMs: 60_000,
    connectionTimeoutMs: 5_000,
  });
  return { ...databases, [Symbol.asyncDispose]: () => databases.close() };
}

await runCommand(program);
