import { Command } from 'commander';
import { databasesFileOption, runCommand } from './commands/run-command.ts';
import { migrateAll } from './migrations/migrate-all.ts';
import { readDatabasesFile } from './topology/topology.ts';

const program = new Command('migrate')
  .description(
    'Brings the catalog and every shard to the newest schema, and writes the first shard map when there is none.\n' +
      'It may run again, and several times at once.',
  )
  .addOption(databasesFileOption())
  .action(async ({ databases }: { databases: string }) => {
    const map = await migrateAll(await readDatabasesFile(databases), (name, applied) => {
      console.log(`${name}: ${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}`);
    });
    console.log(`shard map ${map.version}: ${map.databaseNames().join(', ')}`);
  });

await runCommand(program);
