import { readFile } from 'node:fs/promises';
import type { GraphQLSchema } from 'graphql';
import { z } from 'zod';
import { findProblems } from './check-manifest.ts';
import { type ClientVersion, type Manifest, manifestSchema, type PublishedManifest } from './manifest.ts';
import type { PublishedManifests } from './published-manifests.ts';

/** Why something was not published; each line is a problem of its own. */
export class PublicationError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const MOST_TRIES = 5;

/**
 * Reads a manifest from a file.
 * @throws PublicationError when there is none in it
 */
export async function readManifest(file: string): Promise<Manifest> {
  const json = await readFile(file, 'utf8').then(JSON.parse).catch(refuse);
  const { success, data, error } = manifestSchema.safeParse(json);
  if (success) return data;
  throw new PublicationError(
    error.issues.map(({ path, message }) => `${z.core.toDotPath(path) || 'manifest'}: ${message}`),
  );
}

/**
 * Publishes a manifest in place of the one that its client had in this version; gateways follow within about a second.
 * @throws PublicationError with all that is wrong with it, when nothing is published; Error when Redis cannot be reached
 */
export async function publishManifest(
  store: PublishedManifests,
  { manifest, client, schema }: { manifest: Manifest; client: ClientVersion; schema: GraphQLSchema },
): Promise<void> {
  const published: PublishedManifest = { client, publishedAt: new Date().toISOString(), manifest };
  await untilNobodyElse(async () => {
    const { revision, manifests } = await store.readAll();
    const problems = findProblems(published, { schema, others: manifests });
    if (problems.length > 0) throw new PublicationError(problems);
    return store.publish(published, revision);
  });
}

/**
 * Takes back what a client has published in a version.
 * @throws PublicationError when there is nothing; Error when Redis cannot be reached
 */
export async function removeManifest(store: PublishedManifests, client: ClientVersion): Promise<void> {
  await untilNobodyElse(async () => {
    const { revision, manifests } = await store.readAll();
    const isPublished = manifests.some(
      ({ client: { name, version } }) => name === client.name && version === client.version,
    );
    if (!isPublished) throw new PublicationError([`${client.name} ${client.version} has published nothing`]);
    return store.remove(client, revision);
  });
}

/** What was checked has to be what is replaced: when somebody else publishes between the two, all begins again. */
async function untilNobodyElse(tryOnce: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) if (await tryOnce()) return;
  throw new PublicationError(['others publish all the time; try again']);
}

function refuse(error: unknown): never {
  throw new PublicationError([error instanceof Error ? error.message : String(error)]);
}
