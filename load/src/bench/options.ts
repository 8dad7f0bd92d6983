import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { countUpTo } from '../command/count-argument.ts';
import { defaultNodeFlags } from './processes/child-process.ts';
import { sections } from './sections.ts';

/** What is measured, and for how long. */
export interface BenchOptions {
  /** Ids of contenders. */
  readonly only: readonly string[];
  readonly rounds: number;
  /** Of each load: warming up, saturating, and pacing, which lasts longer where too few requests would come. */
  readonly seconds: number;
  /** Pacing sends at least so many. */
  readonly pacedRequests: number;
  readonly connections: number;
  /** How many distinct operations are sent to see what memory does; 0 leaves it out. */
  readonly distinctOperations: number;
  readonly nodeFlags: readonly string[];
  /** The folder where the results go. */
  readonly out: string;
}

const ids = [...new Set(sections.flatMap(({ contenders }) => contenders.map(({ id }) => id)))];
const quickIds = ['bare', 'tributary', 'tributary-secured', 'tributary-answers', 'standalone', 'subgraph'];
/** What a gateway vouches for is valid for a minute, and so are the requests of a load on a subgraph. */
const longestSeconds = 50;
/** A 99th percentile of fewer says nothing. */
const enoughPacedRequests = 200;
/** Says nothing of speed, but every connection is answered. */
const quickLoad = { rounds: 1, seconds: 0.05, pacedRequests: 10 };
const resultsFolder = join(import.meta.dirname, '../../results');
/** Not under version control: what it writes says nothing. */
const quickFolder = join(import.meta.dirname, '../../../.tributary/bench');

/**
 * @param argv as in `process.argv`
 * @throws CommanderError for help and for mistakes, both already printed
 */
export function parseOptions(argv: readonly string[]): BenchOptions {
  return new Command('npm run bench --')
    .description(
      'Measures this gateway and others before the same subgraphs, and servers of one subgraph, interleaved.',
    )
    .addOption(new Option('--only <ids>', `comma-separated: ${ids.join(', ')}`).argParser(parseIds).default(ids, 'all'))
    .option('--rounds <n>', 'how often each is measured; medians are reported', countUpTo(20), 3)
    .option('--seconds <n>', 'how long each load lasts', countUpTo(longestSeconds), 5)
    .option('--paced-requests <n>', 'how many pacing sends at least', countUpTo(10_000), enoughPacedRequests)
    .option('--connections <n>', 'how many at once', countUpTo(512), 50)
    .option('--distinct-operations <n>', 'also see what memory does after so many', countUpTo(200_000), 0)
    .addOption(
      new Option('--node-flags <flags>', 'of every contender, apart by spaces')
        .argParser((text) => text.split(' ').filter((flag) => flag !== ''))
        .default(defaultNodeFlags, defaultNodeFlags.join(' ')),
    )
    .addOption(
      new Option('--out <folder>', 'where table, chart and raw figures go').default(resultsFolder, 'load/results'),
    )
    .addOption(
      new Option(
        '--quick',
        `only that it works: ${quickIds.join(', ')}, one short round, into .tributary/bench`,
      ).implies({
        only: quickIds,
        ...quickLoad,
        out: quickFolder,
      }),
    )
    .addHelpText('after', '\nExit codes: 0 measured, 1 could not measure all or answers differ, 2 wrong arguments.')
    .exitOverride()
    .parse(argv)
    .opts<BenchOptions>();
}

function parseIds(text: string): string[] {
  const chosen = text.split(',');
  const unknown = chosen.filter((id) => !ids.includes(id));
  if (unknown.length > 0) throw new InvalidArgumentError(`There is no ${unknown.join(', ')}.`);
  return chosen;
}
