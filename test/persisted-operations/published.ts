import type { Manifest, PublishedOperation } from '@tributary/gateway/persisted-operations/manifest';
import { publishManifest, removeManifest } from '@tributary/gateway/persisted-operations/publish';
import { PublishedManifests } from '@tributary/gateway/persisted-operations/published-manifests';
import { openSharedRedis } from '@tributary/gateway/persisted-operations/shared-redis';
import { buildSchema } from 'graphql';
import type { TestRedis } from '../cache/redis-server.ts';
import { createTestLogger } from '../kit/test-logger.ts';
import { sha256 } from './shared-graph.ts';

/** What clients see of the small shop, as far as it is asked for here. */
const schema = buildSchema(`
  type Query { products: [Product] }
  type Mutation { rename(name: String!): Product }
  type Product { id: ID! name: String }`);

/** A manifest as tools of Apollo write it. */
export function manifestOf(...operations: PublishedOperation[]): Manifest {
  return { format: 'apollo-persisted-query-manifest', version: 1, operations };
}

/** A published operation with its SHA-256 as id, as tools make them. */
export function operationOf(body: string, changes: Partial<PublishedOperation> = {}): PublishedOperation {
  const [, type, name = ''] = /(query|mutation) (\w+)/.exec(body) ?? [];
  return { id: sha256(body), body, name, type: type === 'mutation' ? 'mutation' : 'query', ...changes };
}

/** Publishes operations as the command does. */
export async function publish(
  { url }: Pick<TestRedis, 'url'>,
  version: string,
  ...operations: PublishedOperation[]
): Promise<void> {
  await withStore(url, (store) =>
    publishManifest(store, { manifest: manifestOf(...operations), client: { name: 'web', version }, schema }),
  );
}

/** Takes back what was published, as the command does. */
export async function remove({ url }: Pick<TestRedis, 'url'>, version: string): Promise<void> {
  await withStore(url, (store) => removeManifest(store, { name: 'web', version }));
}

async function withStore(url: string, run: (store: PublishedManifests) => Promise<void>): Promise<void> {
  const redis = await openSharedRedis(url, { logger: createTestLogger({ service: 'publish', level: 'error' }) });
  if (!redis) throw new Error('the URL names no Redis');
  await run(new PublishedManifests(redis.commands)).finally(() => redis.close());
}
