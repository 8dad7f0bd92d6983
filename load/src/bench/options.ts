import { Command, InvalidArgumentError, Option } from 'commander';
import { contenders } from './contenders/contenders.ts';

/** What is measured, and for how long. */
export interface BenchOptions {
  readonly contenderIds: readonly string[];
  readonly rounds: number;
  /** Of each load: warming up, saturating, and pacing. */
  readonly seconds: number;
  readonly connections: number;
  /** How many distinct operations are sent to see what memory does; 0 leaves it out. */
  readonly distinctOperations: number;
  /** Where the results go. */
  readonly folder: string;
}

const ids = contenders.map(({ id }) => id);
const quick = { only: ['bare', 'tributary'], rounds: 1, seconds: 2 };

/** @throws CommanderError for help and for mistakes, both already printed */
export function parseOptions(argv: readonly string[], folder: string): BenchOptions {
  const command = new Command('npm run bench --')
    .description('Measures this gateway and others before the same subgraphs, in one interleaved run.')
    .addOption(new Option('--only <ids>', `comma-separated: ${ids.join(', ')}`).argParser(parseIds).default(ids, 'all'))
    .option('--rounds <n>', 'how often each is measured; medians are reported', countUpTo(20), 3)
    .option('--seconds <n>', 'how long each load lasts', countUpTo(120), 5)
    .option('--connections <n>', 'how many at once', countUpTo(512), 50)
    .option('--distinct-operations <n>', 'also see what memory does after so many', countUpTo(200_000), 0)
    .option('--out <folder>', 'where table, chart and raw figures go', folder)
    .option('--quick', `only that it runs: ${quick.only.join(' and ')}, a round of ${quick.seconds} s; says nothing`)
    .addHelpText('after', '\nExit codes: 0 measured, 1 could not measure all or answers differ, 2 wrong arguments.')
    .exitOverride()
    .parse(argv);
  const { only, rounds, seconds, connections, distinctOperations, out } = {
    ...command.opts<{
      only: string[];
      rounds: number;
      seconds: number;
      connections: number;
      distinctOperations: number;
      out: string;
      quick?: true;
    }>(),
    ...(command.opts()['quick'] && quick),
  };
  return { contenderIds: only, rounds, seconds, connections, distinctOperations, folder: out };
}

function parseIds(text: string): string[] {
  const chosen = text.split(',');
  const unknown = chosen.filter((id) => !ids.includes(id));
  if (unknown.length > 0) throw new InvalidArgumentError(`There is no ${unknown.join(', ')}.`);
  return chosen;
}

function countUpTo(limit: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!Number.isInteger(count) || count < 1 || count > limit)
      throw new InvalidArgumentError(`Expected 1 to ${limit}.`);
    return count;
  };
}
