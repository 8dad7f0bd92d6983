import { Command } from 'commander';
import { runCommand } from './command-line.ts';
import { withSharedRedis } from './schema-registry/command-redis.ts';
import type { ClientUse } from './usage/usage.ts';
import { parseDays } from './usage/usage-options.ts';
import { UsageStore } from './usage/usage-store.ts';
import { usageText } from './usage/usage-text.ts';

const command = new Command('schema:usage')
  .description(
    'Lists who uses the schema, as the gateways have counted it that share the Redis of TRIBUTARY_CACHE_URL: client, operation, requests and the last day.',
  )
  .argument('[coordinate]', 'of a type, field, argument or value: Product.name, Query.products(first:), Currency.EUR')
  .option('--days <number>', 'how many days count', parseDays, 30)
  .option('--json', 'for programs, and for schema:check --usage');

function isUsedBy({ coordinates, values }: ClientUse, coordinate: string): boolean {
  return coordinates.includes(coordinate) || Object.hasOwn(values, coordinate);
}

/** @throws Error that says what went wrong */
async function run({ days, json }: { readonly days: number; readonly json?: boolean }): Promise<void> {
  const [coordinate] = command.args;
  const usage = await withSharedRedis(({ commands }) => new UsageStore(commands).read(days));
  const uses = coordinate === undefined ? usage.uses : usage.uses.filter((use) => isUsedBy(use, coordinate));
  console.log(json ? JSON.stringify({ ...usage, uses }, undefined, 2) : usageText(usage, uses));
}

await runCommand(command, () => run(command.opts()));
