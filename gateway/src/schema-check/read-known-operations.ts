import { resolve } from 'node:path';
import { readManifest } from '../persisted-operations/publish.ts';
import { PublishedManifests } from '../persisted-operations/published-manifests.ts';
import type { SharedRedis } from '../persisted-operations/shared-redis.ts';
import type { KnownOperation } from './known-operations.ts';

/**
 * What clients send: from manifests, or else as they have published it.
 * @param redis where it was published, if it is shared
 * @returns `undefined` where nothing is known
 * @throws PublicationError for a file that is no manifest; Error when Redis cannot be read
 */
export async function readKnownOperations(
  files: readonly string[],
  redis: SharedRedis | undefined,
): Promise<KnownOperation[] | undefined> {
  if (files.length > 0) return (await Promise.all(files.map(operationsOf))).flat();
  if (!redis) return undefined;
  const { manifests } = await new PublishedManifests(redis.commands).readAll();
  if (manifests.length === 0) return undefined;
  return manifests.flatMap(({ client, manifest }) =>
    manifest.operations.map(({ name, body }) => ({ client: `${client.name} ${client.version}`, name, body })),
  );
}

async function operationsOf(file: string): Promise<KnownOperation[]> {
  const { operations } = await readManifest(resolve(file));
  return operations.map(({ name, body, clientName }) => ({ client: clientName ?? file, name, body }));
}
