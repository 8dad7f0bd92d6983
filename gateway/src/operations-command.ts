import { resolve } from 'node:path';
import { Command } from 'commander';
import type { GraphQLSchema } from 'graphql';
import { runCommand } from './command-line.ts';
import { publishManifest, readManifest, removeManifest } from './persisted-operations/publish.ts';
import { PublishedManifests } from './persisted-operations/published-manifests.ts';
import { apiSchemaOf } from './planning/api-schema.ts';
import { withSharedRedis } from './schema-registry/command-redis.ts';
import { readSupergraphFile } from './supergraph/supergraph-file.ts';

interface Options {
  readonly client: string;
  readonly clientVersion: string;
  readonly supergraph: string;
  readonly list?: boolean;
  readonly remove?: boolean;
}

const command = new Command('operations:publish')
  .description(
    'Publishes the operations of a client, as a manifest of persisted queries in the format of Apollo, to the Redis of TRIBUTARY_CACHE_URL. All of it is published, or nothing; gateways follow within about a second.',
  )
  .argument('[file]', 'the manifest')
  .option('--client <name>', 'whose operations they are', 'default')
  .option('--client-version <version>', 'the version whose operations are replaced', 'latest')
  .option('--supergraph <file>', 'what they are for', resolve(import.meta.dirname, '../supergraph.graphql'))
  .option('--list', 'show what is published instead')
  .option('--remove', 'take back what the client has published in this version instead');

/** @throws Error that says what went wrong, one problem a line */
async function run(file: string | undefined, options: Options): Promise<void> {
  if (!isUsedRightly(file, options)) command.error('error: give a file, or --list, or --remove');
  const client = { name: options.client, version: options.clientVersion };
  await withSharedRedis(async ({ commands }) => {
    const store = new PublishedManifests(commands);
    await store.read(undefined).catch((error: Error) => {
      throw new Error(`what TRIBUTARY_CACHE_URL names cannot be reached: ${error.message}`);
    });
    if (options.list) return await printList(store);
    if (options.remove) {
      await removeManifest(store, client);
      return console.log(`Removed what ${client.name} ${client.version} had published.`);
    }
    const manifest = await readManifest(resolve(file ?? ''));
    await publishManifest(store, { manifest, client, schema: await readApiSchema(options.supergraph) });
    console.log(`Published ${manifest.operations.length} operations of ${client.name} ${client.version}.`);
  });
}

async function printList(store: PublishedManifests): Promise<void> {
  const { manifests } = await store.readAll();
  for (const { client, publishedAt, manifest } of manifests) {
    console.log(`${client.name}  ${client.version}  ${manifest.operations.length} operations  ${publishedAt}`);
  }
  if (manifests.length === 0) console.log('nothing is published');
}

async function readApiSchema(file: string): Promise<GraphQLSchema> {
  const { sdl } = await readSupergraphFile(resolve(file));
  return apiSchemaOf(sdl);
}

/** Publishing, listing and removing exclude one another, and only publishing takes a file. */
function isUsedRightly(file: string | undefined, { list, remove }: Options): boolean {
  return [file !== undefined, list, remove].filter(Boolean).length === 1;
}

await runCommand(command, () => run(command.args[0], command.opts()));
