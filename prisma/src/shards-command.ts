import { Command, InvalidArgumentError } from 'commander';
import { databasesFileOption, runCommand } from './commands/run-command.ts';
import { moveLogicalShards } from './shard-move/move-logical-shards.ts';
import { planMove } from './shard-move/plan-move.ts';
import { formatShardList, parseShardList } from './shard-move/shard-list.ts';
import { readShardStatus } from './shard-move/shard-status.ts';
import { readCurrentDatabases } from './topology/current-primaries.ts';

interface MoveArguments {
  shards: number[];
  to: string;
  dryRun?: true;
  waitLimit: number;
  drain: number;
  databases: string;
}

const program = new Command('shards').description('Shows where the logical shards are, and moves them.');

program
  .command('status')
  .description('Shows which database has which logical shards, and which processes follow the shard map.')
  .addOption(databasesFileOption())
  .action(async ({ databases: file }: { databases: string }) => {
    const { mapVersion, databases, followers } = await readShardStatus(await readCurrentDatabases(file));
    console.log(`shard map ${mapVersion}`);
    for (const { name, mapped, owned } of databases) {
      console.log(
        `${name}: ${mapped.length} logical shards${mapped.length > 0 ? ` (${formatShardList(mapped)})` : ''}`,
      );
      const claims = formatShardList(owned) || 'none';
      if (formatShardList(mapped) === formatShardList(owned)) continue;
      console.log(`${name} owns ${claims}: a move is under way, or died and must be run again`);
    }
    for (const { service, processId, version } of followers) {
      console.log(`${service} ${processId} uses shard map ${version}`);
    }
  });

program
  .command('move')
  .description(
    'Moves logical shards to another database. Reads go on; writes to them are refused while their rows are copied. It can be run again whatever happened to it.',
  )
  .requiredOption('--shards <list>', 'the logical shards, such as 0-99,200', parseShards)
  .requiredOption('--to <database>', 'name of the database that they move to; it has been migrated')
  .option('--dry-run', 'say what would be moved, and change nothing')
  .option(
    '--wait-limit <seconds>',
    'how long writers, replicas and processes may take to give way, each',
    parseSeconds,
    60,
  )
  .option(
    '--drain <seconds>',
    'how long statements sent by the old map may run before the old rows are removed',
    parseSeconds,
    10,
  )
  .addOption(databasesFileOption())
  .action(async ({ shards, to, dryRun, waitLimit, drain, databases: file }: MoveArguments) => {
    const config = await readCurrentDatabases(file);
    if (dryRun) {
      const plan = await planMove(config, { logicalShards: shards, to });
      for (const { from, logicalShards, rows } of plan) {
        console.log(`${from} -> ${to}: logical shards ${formatShardList(logicalShards)}, ${rows} rows`);
      }
      if (plan.length === 0) console.log(`${to} has logical shards ${formatShardList(shards)} already`);
      return;
    }
    const map = await moveLogicalShards({
      config,
      logicalShards: shards,
      to,
      waitLimitMs: waitLimit * 1_000,
      drainMs: drain * 1_000,
      onProgress: (_step, message) => console.log(message),
    });
    console.log(`${to} has logical shards ${formatShardList(shards)}, by shard map ${map.version}`);
  });

function parseShards(text: string): number[] {
  try {
    return parseShardList(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0 && seconds <= 3_600)) throw new InvalidArgumentError('it is a number of seconds from 0 to 3600.');
  return seconds;
}

await runCommand(program);
