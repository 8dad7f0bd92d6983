import { relative, resolve } from 'node:path';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { Command } from 'commander';
import { z } from 'zod';
import { EXIT_CODES, runCommand } from './command-line.ts';
import { costLimits, costVariables } from './cost/cost-variables.ts';
import { processVariables } from './environment.ts';
import { readBaseSupergraph } from './schema-check/base-supergraph.ts';
import { checkSchema, isAcceptable, type SchemaCheck } from './schema-check/check-schema.ts';
import { composeFrom } from './schema-check/composed-schema.ts';
import { readHotOperations } from './schema-check/read-hot-operations.ts';
import { readKnownOperations } from './schema-check/read-known-operations.ts';
import { readUsage } from './schema-check/read-usage.ts';
import { reportAnnotations } from './schema-check/report-annotations.ts';
import { reportMarkdown } from './schema-check/report-markdown.ts';
import { reportText } from './schema-check/report-text.ts';
import { readSchemaPlaces } from './schema-check/schema-places.ts';
import { withCommandRedis } from './schema-registry/command-redis.ts';
import { parseDays, parseShare } from './usage/usage-options.ts';

interface Options {
  readonly against: string;
  readonly config: string;
  readonly operations: readonly string[];
  readonly usage?: string;
  readonly days: number;
  readonly minShare: number;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly annotations?: boolean;
  readonly verbose?: boolean;
  readonly strict?: boolean;
}

const GATEWAY_FOLDER = resolve(import.meta.dirname, '..');

const command = new Command('schema:check')
  .description(
    'Composes the schemas of all subgraphs and checks what has changed: what breaks clients, judged by the operations that they are known to send, which plans take more requests, and what reads badly.',
  )
  .option('--against <base>', 'what to compare with: a git ref, or the file of a supergraph', 'HEAD')
  .option('--config <file>', 'the list of subgraphs', resolve(GATEWAY_FOLDER, 'supergraph.yaml'))
  .option(
    '--operations <file...>',
    'manifests of what clients send; without, those published to the Redis of TRIBUTARY_CACHE_URL, if it is set',
    [],
  )
  .option(
    '--usage <source>',
    'what gateways have counted: a Redis URL, or a file of schema:usage --json; without, the Redis of TRIBUTARY_CACHE_URL',
  )
  .option('--days <number>', 'how many days of it count', parseDays, 30)
  .option('--min-share <share>', 'what fewer of all requests use, from 0 to 1, counts as unused', parseShare, 0)
  .option('--json', 'print it for programs')
  .option('--markdown', 'print it for a pull request')
  .option('--annotations', 'print it as annotations of GitHub Actions, too')
  .option('--verbose', 'show what is safe, too')
  .option('--strict', 'fail for lint and for what is dangerous, too')
  .addHelpText(
    'after',
    '\nIt fails when something that clients use, or may use where nothing is known of them, is broken.',
  );

/** @throws Error that says what went wrong, one problem a line */
async function run(options: Options): Promise<number> {
  const composed = await composeFrom(resolve(options.config));
  const base = await readBaseSupergraph(options.against, resolve(GATEWAY_FOLDER, 'supergraph.graphql'));
  const costs = costLimits(parseEnvironment(z.object(costVariables), processVariables({})));
  const { days, minShare } = options;
  const { operations, hot, usage } = await withCommandRedis(async (redis) => ({
    operations: await readKnownOperations(options.operations, redis),
    hot: await readHotOperations(redis),
    usage: await readUsage(options.usage, { redis, days }),
  }));
  const check = await checkSchema({ base, next: composed.sdl }, operations, { hot, costs, usage, minShare });
  const baseName = relative(process.cwd(), options.against) || options.against;
  if (options.json) console.log(JSON.stringify({ isAcceptable: isAcceptable(check), ...check }, undefined, 2));
  else if (options.markdown) console.log(reportMarkdown(check, { base: baseName }));
  else console.log(reportText(check, { base: baseName, isVerbose: options.verbose ?? false }));
  if (options.annotations) console.log(reportAnnotations(check, await readSchemaPlaces(composed.subgraphs)));
  return isAcceptable(check) && !(options.strict && hasDoubts(check)) ? EXIT_CODES.ok : EXIT_CODES.failed;
}

function hasDoubts({ changes, lint }: SchemaCheck): boolean {
  return lint.length > 0 || changes.some(({ verdict }) => verdict === 'dangerous');
}

await runCommand(command, async () => {
  process.exitCode = await run(command.opts());
});
