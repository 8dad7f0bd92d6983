import { relative, resolve } from 'node:path';
import { cacheSettings, cacheVariables } from '@tributary/runtime/environment/cache-variables';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { createLogger } from '@tributary/runtime/logging/logger';
import { Command } from 'commander';
import { z } from 'zod';
import { EXIT_CODES, parseCommandLine } from './command-line.ts';
import { composeSupergraph } from './composition/compose-supergraph.ts';
import { formatFinding } from './composition/finding.ts';
import { readSupergraphConfig, type SubgraphEntry, SupergraphConfigError } from './composition/supergraph-config.ts';
import { processVariables } from './environment.ts';
import { readManifest } from './persisted-operations/publish.ts';
import { PublishedManifests } from './persisted-operations/published-manifests.ts';
import { openSharedRedis } from './persisted-operations/shared-redis.ts';
import { readBaseSupergraph } from './schema-check/base-supergraph.ts';
import { checkSchema, isAcceptable, type SchemaCheck } from './schema-check/check-schema.ts';
import type { KnownOperation } from './schema-check/known-operations.ts';
import { reportAnnotations } from './schema-check/report-annotations.ts';
import { reportMarkdown } from './schema-check/report-markdown.ts';
import { reportText } from './schema-check/report-text.ts';
import { readSchemaPlaces } from './schema-check/schema-places.ts';

interface Options {
  readonly against: string;
  readonly config: string;
  readonly operations: readonly string[];
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
  .option('--json', 'print it for programs')
  .option('--markdown', 'print it for a pull request')
  .option('--annotations', 'print it as annotations of GitHub Actions, too')
  .option('--verbose', 'show what is safe, too')
  .option('--strict', 'fail for lint and for what is dangerous, too')
  .addHelpText(
    'after',
    '\nIt fails when something that clients use, or may use where nothing is known of them, is broken.',
  );

/** Composes what is to be checked, or prints why that cannot be. */
async function compose(options: Options): Promise<{ subgraphs: SubgraphEntry[]; sdl: string } | undefined> {
  const subgraphs = await readSupergraphConfig(resolve(options.config));
  const outcome = await composeSupergraph(subgraphs);
  if (outcome.isComposed) return { subgraphs, sdl: outcome.supergraphSdl };
  for (const finding of outcome.errors) console.error(`${formatFinding(finding, options.config)}\n`);
  console.error('The subgraphs do not compose.');
  return undefined;
}

async function readOperations(files: readonly string[]): Promise<KnownOperation[] | undefined> {
  if (files.length > 0) {
    const manifests = await Promise.all(files.map((file) => readManifest(resolve(file))));
    return manifests.flatMap(({ operations }, index) =>
      operations.map(({ name, body, clientName }) => ({ client: clientName ?? files[index] ?? '', name, body })),
    );
  }
  const settings = cacheSettings(parseEnvironment(z.object(cacheVariables), processVariables({})));
  const logger = createLogger({ service: 'schema:check', level: 'silent' });
  const redis = await openSharedRedis(settings?.url, { logger });
  if (!redis) return undefined;
  try {
    const { manifests } = await new PublishedManifests(redis.commands).readAll();
    if (manifests.length === 0) return undefined;
    return manifests.flatMap(({ client, manifest }) =>
      manifest.operations.map(({ name, body }) => ({ client: `${client.name} ${client.version}`, name, body })),
    );
  } finally {
    redis.close();
  }
}

/** @throws Error that says what went wrong, one problem a line */
async function run(options: Options): Promise<number> {
  const composed = await compose(options);
  if (!composed) return EXIT_CODES.failed;
  const base = await readBaseSupergraph(options.against, resolve(GATEWAY_FOLDER, 'supergraph.graphql'));
  const operations = await readOperations(options.operations);
  const check = await checkSchema({ base, next: composed.sdl }, operations);
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

const early = parseCommandLine(command, process.argv);
if (early) {
  process.exitCode = early.exitCode;
} else {
  process.exitCode = await run(command.opts<Options>()).catch((error: unknown) => {
    if (error instanceof SupergraphConfigError) {
      for (const finding of error.findings) console.error(formatFinding(finding, 'supergraph.yaml'));
    } else {
      console.error(error instanceof Error ? error.message : error);
    }
    return EXIT_CODES.failed;
  });
}
