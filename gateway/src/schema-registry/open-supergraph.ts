import { StartError } from '@tributary/runtime/lifecycle/start-error';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { SharedRedis } from '../persisted-operations/shared-redis.ts';
import { subgraphsOf } from '../supergraph/supergraph-file.ts';
import type { PublishedSchema } from './published-schema.ts';
import { PublishedSchemas } from './published-schemas.ts';
import { createSupergraphFile } from './supergraph-file-source.ts';
import type { SupergraphSource } from './supergraph-source.ts';

/** Where a gateway has its supergraph from: a file that it follows, or what `npm run schema:publish` publishes. */
export const supergraphOrigins = ['file', 'published'] as const;
export type SupergraphOrigin = (typeof supergraphOrigins)[number];

/** The supergraph to begin with, and where the next ones come from. */
export interface OpenedSupergraph {
  readonly first: Pick<PublishedSchema, 'version' | 'sdl'>;
  readonly source: SupergraphSource;
}

/**
 * Reads the supergraph that a gateway begins with. Where nothing is published yet, or Redis is away, that is the file: a gateway
 * that starts then serves something, and follows what is published as soon as it can.
 * @throws StartError when there is none
 */
export async function openSupergraph(
  origin: SupergraphOrigin,
  { file, redis, logger }: { file: string; redis: SharedRedis | undefined; logger: Logger },
): Promise<OpenedSupergraph> {
  const fileSource = createSupergraphFile(file);
  if (origin === 'file') return { first: await firstOf(fileSource, file), source: fileSource };
  if (!redis) {
    throw new StartError('TRIBUTARY_SUPERGRAPH=published takes a Redis or Valkey in TRIBUTARY_CACHE_URL', {
      exitCode: 2,
    });
  }
  const source = new PublishedSchemas(redis.commands);
  const reading = await source.read(undefined).catch((error: unknown) => {
    logger.warn({ err: error, file }, 'what is published cannot be read; the file is served until it can');
    return undefined;
  });
  if (reading?.kind === 'published') return { first: reading.schema, source };
  if (reading) logger.warn({ file }, 'no supergraph is published; the file is served until one is');
  return { first: await firstOf(fileSource, file), source };
}

async function firstOf(source: SupergraphSource, file: string): Promise<OpenedSupergraph['first']> {
  const reading = await source.read(undefined);
  if (reading.kind !== 'published') throw new StartError(`there is no supergraph in ${file}`);
  // Whoever starts is told where in the file the mistake is.
  subgraphsOf(reading.schema.sdl, file);
  return reading.schema;
}
