import { Command } from 'commander';
import { databasesFileOption, runCommand } from './commands/run-command.ts';
import { migrateAll } from './migrations/migrate-all.ts';
import { readCurrentDatabases } from './topology/current-primaries.ts';

const program = new Command('migrate')
  .description(
    'Brings the catalog and every shard to the newest schema, and writes the first shard map when there is none.\n' +
      'It may run again, and several times at once.',
  )
  .option(
    '--spare <shards...>',
    'shards that the first shard map leaves empty, for logical shards to be moved to later',
  )
  .addOption(databasesFileOption())
  .action(async ({ databases, spare }: { databases: string; spare?: string[] }) => {
    const report = (name: string, applied: readonly string[]) =>
      console.log(`${name}: ${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}`);
    const map = await migrateAll(await readCurrentDatabases(databases), report, spare);
    console.log(`shard map ${map.version}: ${map.databaseNames().join(', ')}`);
  });

await runCommand(program);
