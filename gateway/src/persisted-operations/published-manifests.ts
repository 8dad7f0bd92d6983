import { randomUUID } from 'node:crypto';
import { createGuard } from '@tributary/runtime/cache/guard';
import type { RedisCommands } from '@tributary/runtime/cache/redis-commands';
import { redisScript, runScript } from '@tributary/runtime/cache/redis-script';
import { z } from 'zod';
import { type ClientVersion, type PublishedManifest, publishedManifestSchema } from './manifest.ts';
import type { OperationSource } from './operation-source.ts';

/** All manifests of one time. */
export interface Publications {
  /** Empty before the first one. */
  readonly revision: string;
  readonly manifests: readonly PublishedManifest[];
}

/** One hash holds it all, so that every change is one step. It has no time to live: it is what operators have published. */
const KEY = 'tributary:operations';
const REVISION = 'revision';
const BUDGET_MS = 150;
/** Whole lists are megabytes, and nobody waits for them. */
const WHOLE_BUDGET_MS = 5_000;

const revisionReply = z.nullable(z.string());
/** Names and values by turns. */
const fieldsReply = z.array(z.string());
const replaceReply = z.literal([0, 1]);

/** KEYS: manifests. ARGV: known revision, next revision, field, and what to set it to, or nothing to remove it. */
const replace = redisScript(`
if (redis.call('HGET', KEYS[1], '${REVISION}') or '') ~= ARGV[1] then return 0 end
if ARGV[4] then redis.call('HSET', KEYS[1], ARGV[3], ARGV[4]) else redis.call('HDEL', KEYS[1], ARGV[3]) end
redis.call('HSET', KEYS[1], '${REVISION}', ARGV[2])
return 1
`);

/** Manifests in Redis, by client and version. */
export class PublishedManifests implements OperationSource {
  readonly #commands: RedisCommands;
  readonly #guard = createGuard({ budgetMs: BUDGET_MS });
  readonly #guardWhole = createGuard({ budgetMs: WHOLE_BUDGET_MS });

  /** @param commands stay the caller's to close */
  constructor(commands: RedisCommands) {
    this.#commands = commands;
  }

  /** One call that answers a few bytes, unless something has changed. */
  async read(knownRevision: string | undefined): ReturnType<OperationSource['read']> {
    const revision = revisionReply.parse(await this.#guard(() => this.#commands.send(KEY, ['HGET', KEY, REVISION])));
    if (revision === null) return { kind: 'nothing' };
    if (revision === knownRevision) return { kind: 'unchanged' };
    const all = await this.readAll();
    const operations = all.manifests.flatMap(({ manifest }) => manifest.operations);
    return { kind: 'published', revision: all.revision, operations };
  }

  /** @throws Error when Redis cannot be read, or holds something else */
  async readAll(): Promise<Publications> {
    const reply = fieldsReply.parse(await this.#guardWhole(() => this.#commands.send(KEY, ['HGETALL', KEY])));
    const fields = new Map(
      reply.flatMap((text, index): [string, string][] => (index % 2 === 0 ? [[text, reply[index + 1] ?? '']] : [])),
    );
    const revision = fields.get(REVISION) ?? '';
    fields.delete(REVISION);
    const manifests = [...fields.values()].map((text) => publishedManifestSchema.parse(JSON.parse(text)));
    return { revision, manifests };
  }

  /**
   * Publishes a manifest in place of the one that its client had in this version.
   * @param knownRevision of what it was checked against
   * @returns whether it was published: not, when somebody else has published since
   */
  publish(published: PublishedManifest, knownRevision: string): Promise<boolean> {
    return this.#replace(knownRevision, [fieldOf(published.client), JSON.stringify(published)]);
  }

  /** Takes a manifest back, as `publish` does it. */
  remove(client: ClientVersion, knownRevision: string): Promise<boolean> {
    return this.#replace(knownRevision, [fieldOf(client)]);
  }

  async #replace(knownRevision: string, change: readonly string[]): Promise<boolean> {
    const values = [knownRevision, randomUUID(), ...change];
    const reply = await this.#guardWhole(() => runScript(this.#commands, replace, [KEY], values));
    return replaceReply.parse(reply) === 1;
  }
}

function fieldOf({ name, version }: ClientVersion): string {
  return JSON.stringify([name, version]);
}
