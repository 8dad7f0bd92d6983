import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { StartError } from '@tributary/runtime/lifecycle/start-error';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';
import { type Admission, createAdmission } from './admission.ts';
import { followOperations } from './follow-operations.ts';
import { isSafelist, type PersistedOperationsMode } from './mode.ts';
import { OperationList } from './operation-list.ts';
import type { OperationSource } from './operation-source.ts';
import { createOperationsFile } from './operations-file.ts';
import { PersistedTexts } from './persisted-texts.ts';
import { PublishedManifests } from './published-manifests.ts';
import { createRedisTextStore } from './redis-text-store.ts';
import type { SharedRedis } from './shared-redis.ts';

export interface PersistedOperationsOptions {
  readonly mode: PersistedOperationsMode;
  /** A manifest, in place of what is published in Redis. */
  readonly file?: string | undefined;
  /** How long the text of a hash is kept from its last use. */
  readonly ttlMs: number;
}

/** What Apollo Server registers the texts of hashes with. */
export type ApolloPersistedQueries = NonNullable<ApolloServerOptionsWithGateway<object>['persistedQueries']>;

export interface PersistedOperations {
  readonly admission: Admission;
  /** The operations that are published now. */
  readonly list: () => OperationList;
  readonly forApollo: ApolloPersistedQueries;
}

export const defaultPersistedOperations: PersistedOperationsOptions = { mode: 'apq', ttlMs: 24 * 3_600_000 };

const TEXTS_BYTES = 16 * 1024 * 1024;

/**
 * What a gateway knows of persisted operations, through Redis where there is one; `scope` ends it.
 * @throws StartError when only published operations are to be executed, and what is published cannot be read
 */
export async function openPersistedOperations(
  { mode, file, ttlMs }: PersistedOperationsOptions,
  { redis, scope, logger }: { redis: SharedRedis | undefined; scope: Scope; logger: Logger },
): Promise<PersistedOperations> {
  const source = mode === 'off' ? undefined : sourceOf(file, redis);
  const followed = source && scope.own(await followOperations(source, { logger }), undefined, 'published operations');
  if (isSafelist(mode) && !followed?.isKnown) {
    throw new StartError(
      `TRIBUTARY_PERSISTED_OPERATIONS=${mode} executes published operations only, and none could be read: publish them with \`npm run operations:publish\`, or name a manifest in TRIBUTARY_OPERATIONS_FILE`,
    );
  }
  const none = new OperationList([]);
  const list = () => followed?.list ?? none;
  const texts = new PersistedTexts({
    limitBytes: TEXTS_BYTES,
    ttlMs,
    store: redis && createRedisTextStore(redis.commands),
    onFailure: createFailureLog({ logger, component: 'texts of persisted queries' }),
  });
  return {
    admission: createAdmission({ mode, list, texts, logger }),
    list,
    forApollo: mode === 'off' || isSafelist(mode) ? false : registersWith(texts),
  };
}

function sourceOf(file: string | undefined, redis: SharedRedis | undefined): OperationSource | undefined {
  if (file !== undefined) return createOperationsFile(file);
  return redis && new PublishedManifests(redis.commands);
}

/** Apollo Server sees hashes only beside their texts, which it registers once they are valid: it never needs to look one up. */
function registersWith(texts: PersistedTexts): ApolloPersistedQueries {
  const withoutPrefix = (key: string) => key.slice(key.lastIndexOf(':') + 1);
  return {
    cache: {
      get: async () => undefined,
      set: (key, text) => texts.keep(withoutPrefix(key), text),
      delete: async () => false,
    },
  };
}
