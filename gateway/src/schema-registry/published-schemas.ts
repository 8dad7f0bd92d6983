import { createGuard } from '@tributary/runtime/cache/guard';
import type { RedisCommands } from '@tributary/runtime/cache/redis-commands';
import { redisScript, runScript } from '@tributary/runtime/cache/redis-script';
import { z } from 'zod';
import { type PublishedSchema, publishedSchemaSchema } from './published-schema.ts';
import type { SupergraphReading, SupergraphSource } from './supergraph-source.ts';

/** All versions that are kept. */
export interface SchemaVersions {
  /** The version that gateways serve; `undefined` before the first one. */
  readonly current: PublishedSchema | undefined;
  /** The newest first. */
  readonly versions: readonly PublishedSchema[];
}

/** One hash holds it all, so that every change is one step. It has no time to live: it is what operators have published. */
const KEY = 'tributary:schemas';
const CURRENT = 'current';
const VERSION_PREFIX = 'version:';
const MOST_VERSIONS = 50;
const BUDGET_MS = 150;
/** Supergraphs are hundreds of kilobytes, and nobody waits for them. */
const WHOLE_BUDGET_MS = 5_000;

const versionReply = z.nullable(z.string());
/** Names and values by turns. */
const fieldsReply = z.array(z.string());
const changedReply = z.literal([0, 1]);

/** KEYS: schemas. ARGV: the version that is known to be current, the next one, and its contents, which replace none. */
const publish = redisScript(`
if (redis.call('HGET', KEYS[1], '${CURRENT}') or '') ~= ARGV[1] then return 0 end
redis.call('HSETNX', KEYS[1], '${VERSION_PREFIX}' .. ARGV[2], ARGV[3])
redis.call('HSET', KEYS[1], '${CURRENT}', ARGV[2])
return 1
`);

/** KEYS: schemas. ARGV: the version that is known to be current, and one that is kept. */
const makeCurrent = redisScript(`
if (redis.call('HGET', KEYS[1], '${CURRENT}') or '') ~= ARGV[1] then return 0 end
if redis.call('HEXISTS', KEYS[1], '${VERSION_PREFIX}' .. ARGV[2]) == 0 then return 0 end
redis.call('HSET', KEYS[1], '${CURRENT}', ARGV[2])
return 1
`);

/** KEYS: schemas. ARGV: versions that may be forgotten, unless one of them is current. */
const forget = redisScript(`
local current = redis.call('HGET', KEYS[1], '${CURRENT}')
for _, version in ipairs(ARGV) do
  if version ~= current then redis.call('HDEL', KEYS[1], '${VERSION_PREFIX}' .. version) end
end
return 1
`);

/** Versions of the supergraph in Redis. */
export class PublishedSchemas implements SupergraphSource {
  readonly #commands: RedisCommands;
  readonly #guard = createGuard({ budgetMs: BUDGET_MS });
  readonly #guardWhole = createGuard({ budgetMs: WHOLE_BUDGET_MS });

  /** @param commands stay the caller's to close */
  constructor(commands: RedisCommands) {
    this.#commands = commands;
  }

  /** One call that answers a few bytes, unless something has changed. */
  async read(knownVersion: string | undefined): Promise<SupergraphReading> {
    const version = versionReply.parse(await this.#guard(() => this.#commands.send(KEY, ['HGET', KEY, CURRENT])));
    if (version === null) return { kind: 'nothing' };
    if (version === knownVersion) return { kind: 'unchanged' };
    const text = versionReply.parse(
      await this.#guardWhole(() => this.#commands.send(KEY, ['HGET', KEY, VERSION_PREFIX + version])),
    );
    if (text === null) return { kind: 'nothing' };
    return { kind: 'published', schema: publishedSchemaSchema.parse(JSON.parse(text)) };
  }

  /** @throws Error when Redis cannot be read, or holds something else */
  async readAll(): Promise<SchemaVersions> {
    const reply = fieldsReply.parse(await this.#guardWhole(() => this.#commands.send(KEY, ['HGETALL', KEY])));
    const fields = new Map(
      reply.flatMap((text, index): [string, string][] => (index % 2 === 0 ? [[text, reply[index + 1] ?? '']] : [])),
    );
    const currentVersion = fields.get(CURRENT);
    fields.delete(CURRENT);
    const versions = [...fields.values()]
      .map((text) => publishedSchemaSchema.parse(JSON.parse(text)))
      .sort((left, right) => (left.publishedAt > right.publishedAt ? -1 : 1));
    return { current: versions.find(({ version }) => version === currentVersion), versions };
  }

  /**
   * Keeps a version and makes it the current one, unless another has become that.
   * @param checkedAgainst the version that was current when it was checked; `undefined` when there was none
   * @returns whether it was published
   */
  async publish(schema: PublishedSchema, checkedAgainst: string | undefined): Promise<boolean> {
    const isPublished = await this.#change(publish, [checkedAgainst ?? '', schema.version, JSON.stringify(schema)]);
    if (isPublished) await this.#forgetOldest();
    return isPublished;
  }

  /** Makes a version that is kept the current one again, as `publish` does it. */
  makeCurrent(version: string, known: string | undefined): Promise<boolean> {
    return this.#change(makeCurrent, [known ?? '', version]);
  }

  async #forgetOldest(): Promise<void> {
    const { versions } = await this.readAll();
    const oldest = versions.slice(MOST_VERSIONS).map(({ version }) => version);
    if (oldest.length > 0) await this.#change(forget, oldest);
  }

  async #change(script: typeof publish, values: readonly string[]): Promise<boolean> {
    const reply = await this.#guardWhole(() => runScript(this.#commands, script, [KEY], values));
    return changedReply.parse(reply) === 1;
  }
}
