import { resolve } from 'node:path';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { Command } from 'commander';
import { z } from 'zod';
import { EXIT_CODES, runCommand } from './command-line.ts';
import { costLimits, costVariables } from './cost/cost-variables.ts';
import { processVariables } from './environment.ts';
import { readManifest } from './persisted-operations/publish.ts';
import type { SharedRedis } from './persisted-operations/shared-redis.ts';
import { apiSchemaOf } from './planning/api-schema.ts';
import { composeFrom } from './schema-check/composed-schema.ts';
import { readHotOperations } from './schema-check/read-hot-operations.ts';
import { readKnownOperations } from './schema-check/read-known-operations.ts';
import { readUsage } from './schema-check/read-usage.ts';
import { reportText } from './schema-check/report-text.ts';
import { findSmokeProblems } from './schema-registry/check-smoke-operations.ts';
import { withSharedRedis } from './schema-registry/command-redis.ts';
import { publishSchema } from './schema-registry/publish-schema.ts';
import { PublishedSchemas } from './schema-registry/published-schemas.ts';
import { parseDays, parseShare } from './usage/usage-options.ts';

interface Options {
  readonly config: string;
  readonly operations: readonly string[];
  readonly days: number;
  readonly minShare: number;
  readonly smoke?: string;
  readonly force?: boolean;
  readonly list?: boolean;
  readonly again?: string;
}

const command = new Command('schema:publish')
  .description(
    'Composes the schemas of all subgraphs, checks them against the version that gateways serve, and makes them the version that they serve: through the Redis of TRIBUTARY_CACHE_URL, for gateways with TRIBUTARY_SUPERGRAPH=published.',
  )
  .option('--config <file>', 'the list of subgraphs', resolve(import.meta.dirname, '../supergraph.yaml'))
  .option('--operations <file...>', 'manifests of what clients send; without, those that clients have published', [])
  .option('--days <number>', 'how many days of what gateways have counted count', parseDays, 30)
  .option('--min-share <share>', 'what fewer of all requests use, from 0 to 1, counts as unused', parseShare, 0)
  .option('--smoke <file>', 'a manifest of queries that every gateway tries before it serves the version')
  .option('--force', 'publish it although it breaks clients')
  .option('--list', 'show the versions that are kept instead')
  .option('--again <version>', 'go back to a version that is kept instead, unchecked');

/** @throws Error that says what went wrong, one problem a line */
async function run(options: Options): Promise<number> {
  if (options.list && options.again !== undefined) command.error('error: give --list or --again');
  return withSharedRedis((redis) => changePublished(options, redis));
}

async function changePublished(options: Options, redis: SharedRedis): Promise<number> {
  const store = new PublishedSchemas(redis.commands);
  const { current } = await store.readAll().catch((error: Error) => {
    throw new Error(`what TRIBUTARY_CACHE_URL names cannot be read: ${error.message}`, { cause: error });
  });
  if (options.list) return printList(store);
  if (options.again !== undefined) {
    if (!(await store.makeCurrent(options.again, current?.version))) {
      throw new Error(`${options.again} is not kept, or somebody else has published just now: --list shows what is`);
    }
    console.log(`${options.again} is current again.`);
    return EXIT_CODES.ok;
  }
  return publish(options, store, redis);
}

async function publish(options: Options, store: PublishedSchemas, redis: SharedRedis): Promise<number> {
  const { sdl } = await composeFrom(resolve(options.config));
  const smokeOperations = await readSmokeOperations(options.smoke, sdl);
  const operations = await readKnownOperations(options.operations, redis);
  const checks = {
    hot: await readHotOperations(redis),
    usage: await readUsage(undefined, { redis, days: options.days }),
    minShare: options.minShare,
    costs: costLimits(parseEnvironment(z.object(costVariables), processVariables({}))),
  };
  const publication = await publishSchema(store, {
    sdl,
    smokeOperations,
    operations,
    checks,
    isForced: options.force ?? false,
  });
  switch (publication.kind) {
    case 'already current':
      console.log(`${publication.version} is current already.`);
      return EXIT_CODES.ok;
    case 'overtaken':
      console.error('Another version was published after this one was checked: run it again.');
      return EXIT_CODES.failed;
    case 'published':
      if (publication.check) printCheck(publication.check);
      console.log(`Published ${publication.version}.`);
      return EXIT_CODES.ok;
    case 'refused':
      if (publication.check) printCheck(publication.check);
      console.error('Nothing was published (--force publishes it all the same).');
      return EXIT_CODES.failed;
  }
}

function printCheck(check: Parameters<typeof reportText>[0]): void {
  console.log(reportText(check, { base: 'the current version', isVerbose: false }));
}

async function readSmokeOperations(file: string | undefined, sdl: string): Promise<string[]> {
  if (file === undefined) return [];
  const { operations } = await readManifest(resolve(file));
  const texts = operations.map(({ body }) => body);
  const problems = findSmokeProblems(texts, apiSchemaOf(sdl));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return texts;
}

async function printList(store: PublishedSchemas): Promise<number> {
  const { current, versions } = await store.readAll();
  for (const { version, publishedAt, smokeOperations } of versions) {
    const mark = version === current?.version ? 'current' : '       ';
    console.log(`${version}  ${mark}  ${publishedAt}  ${smokeOperations.length} smoke operations`);
  }
  if (versions.length === 0) console.log('nothing is published');
  return EXIT_CODES.ok;
}

await runCommand(command, async () => {
  process.exitCode = await run(command.opts());
});
