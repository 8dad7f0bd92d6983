import { Command, InvalidArgumentError } from 'commander';
import { databasesFileOption, runCommand } from './commands/run-command.ts';
import { seedDatabases } from './seed/seed-databases.ts';
import { sizeOfScale } from './seed/seed-size.ts';
import { readCurrentDatabases } from './topology/current-primaries.ts';

const PROGRESS_INTERVAL_MS = 2_000;

function parseScale(text: string): number {
  const scale = Number(text);
  if (!(scale > 0)) throw new InvalidArgumentError('it is a number above 0, such as 100 for load tests.');
  return scale;
}

const program = new Command('seed')
  .description('Fills empty, migrated databases with seed data. Databases that hold it already are left as they are.')
  .option('--scale <factor>', 'how many times the usual 2,000 users, 1,000 products, 10,000 orders', parseScale, 1)
  .addOption(databasesFileOption())
  .action(async ({ scale, databases }: { scale: number; databases: string }) => {
    const startedAtMs = performance.now();
    let toldAtMs = startedAtMs;
    const { outcome, marketplace, password } = await seedDatabases({
      config: await readCurrentDatabases(databases),
      size: sizeOfScale(scale),
      onProgress: (rows) => {
        const nowMs = performance.now();
        if (nowMs - toldAtMs < PROGRESS_INTERVAL_MS) return;
        toldAtMs = nowMs;
        console.log(`seed: ${rows.toLocaleString('en')} rows written`);
      },
    });
    const { users, products, orders, reviews } = marketplace.size;
    const content = `${users} users, ${products} products, ${orders} orders, ${reviews} reviews`;
    if (outcome === 'already-seeded') {
      console.log(`seed: the databases hold seed data already (${content})`);
    } else {
      const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
      console.log(`seed: ${content} in ${seconds} s; everybody's password is ${password}`);
    }
  });

await runCommand(program);
