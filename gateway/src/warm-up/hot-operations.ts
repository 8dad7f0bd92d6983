import { type Clock, systemClock } from '@tributary/runtime/cache/clock';
import { createGuard } from '@tributary/runtime/cache/guard';
import type { RedisCommands } from '@tributary/runtime/cache/redis-commands';
import { redisScript, runScript } from '@tributary/runtime/cache/redis-script';
import { type DocumentNode, OperationTypeNode, print, visit } from 'graphql';
import { z } from 'zod';
import { type HotOperation, type HotOperationSource, hotOperationSchema } from './hot-operation.ts';
import type { OperationUses } from './operation-uses.ts';

const PREFIX = 'tributary:hot-operations:';
const PERIOD_MS = 4 * 3_600_000;
/** A day: what was hot before is forgotten. */
const REMEMBERED_PERIODS = 6;
/** A use counts for less with every period. */
const DECAY = 0.6;
/** More of a period are not kept. */
const MOST_OPERATIONS = 1_000;
/** Longer texts are not kept, so that all of it stays below 100 MB of Redis; it is a hundredth of that as a rule. */
const TEXT_LIMIT = 16 * 1024;
const WRITE_BUDGET_MS = 150;
/** Nobody waits for an answer while a gateway starts. */
const READ_BUDGET_MS = 2_000;

/**
 * KEYS: uses, operations. ARGV: how long they are kept in ms, how many, then key and uses of each. The least used are dropped.
 * Returns the keys of those whose texts are wanted.
 */
const addUses = redisScript(`
for i = 3, #ARGV, 2 do redis.call('ZINCRBY', KEYS[1], ARGV[i + 1], ARGV[i]) end
local excess = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[2])
if excess > 0 then
  local dropped = redis.call('ZRANGE', KEYS[1], 0, excess - 1)
  redis.call('ZREM', KEYS[1], unpack(dropped))
  redis.call('HDEL', KEYS[2], unpack(dropped))
end
local wanted = {}
for i = 3, #ARGV, 2 do
  if redis.call('ZSCORE', KEYS[1], ARGV[i]) and redis.call('HEXISTS', KEYS[2], ARGV[i]) == 0 then
    wanted[#wanted + 1] = ARGV[i]
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return wanted
`);

/** KEYS: uses, operations. ARGV: how long they are kept in ms, then key and operation of each. */
const keepOperations = redisScript(`
for i = 2, #ARGV, 2 do
  if redis.call('ZSCORE', KEYS[1], ARGV[i]) then redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
end
return redis.call('PEXPIRE', KEYS[2], ARGV[1])
`);

const keysReply = z.array(z.string());
const operationsReply = z.array(z.nullable(z.string()));

interface RankedOperation {
  readonly key: string;
  readonly score: number;
  /** The last one in which it was hot. */
  readonly period: number;
}

/**
 * How often operations are used by all gateways, in Redis: a sorted set and the texts of each period of four hours, for a day.
 * Later ones weigh more.
 */
export class HotOperations implements HotOperationSource {
  readonly #commands: RedisCommands;
  readonly #clock: Clock;
  readonly #guardWrite = createGuard({ budgetMs: WRITE_BUDGET_MS });
  readonly #guardRead = createGuard({ budgetMs: READ_BUDGET_MS });

  /** @param commands stay the caller's to close */
  constructor(commands: RedisCommands, clock: Clock = systemClock) {
    this.#commands = commands;
    this.#clock = clock;
  }

  /** @throws Error when Redis does not answer in time */
  async add(counted: readonly OperationUses[]): Promise<void> {
    if (counted.length === 0) return;
    const keys = keysOf(this.#period());
    const lifetimeMs = String(REMEMBERED_PERIODS * PERIOD_MS);
    const uses = counted.flatMap(({ key, uses }) => [key, String(uses)]);
    const reply = await this.#guardWrite(() =>
      runScript(this.#commands, addUses, keys, [lifetimeMs, String(MOST_OPERATIONS), ...uses]),
    );
    const wanted = new Set(keysReply.parse(reply));
    const operations = counted.filter(({ key }) => wanted.has(key)).flatMap(keptForm);
    if (operations.length === 0) return;
    await this.#guardWrite(() => runScript(this.#commands, keepOperations, keys, [lifetimeMs, ...operations]));
  }

  async hottest(limit: number): Promise<HotOperation[]> {
    const latest = this.#period();
    const periods = Array.from({ length: REMEMBERED_PERIODS }, (_, age) => latest - age);
    const uses = await Promise.all(periods.map((period) => this.#usesOf(period, limit)));
    const ranked = new Map<string, RankedOperation>();
    for (const [age, ofPeriod] of uses.entries()) {
      for (const [key, count] of ofPeriod) {
        const { score, period } = ranked.get(key) ?? { score: 0, period: latest - age };
        ranked.set(key, { key, period, score: score + count * DECAY ** age });
      }
    }
    return this.#operationsOf([...ranked.values()].sort((a, b) => b.score - a.score).slice(0, limit));
  }

  async #usesOf(period: number, limit: number): Promise<[key: string, uses: number][]> {
    const [uses] = keysOf(period);
    const command = ['ZREVRANGE', uses, '0', String(limit - 1), 'WITHSCORES'];
    const reply = keysReply.parse(await this.#guardRead(() => this.#commands.send(uses, command)));
    return reply.flatMap((text, index) => (index % 2 === 0 ? [[text, Number(reply[index + 1])]] : []));
  }

  /** In the same order; what is gone by now is left out. */
  async #operationsOf(ranked: readonly RankedOperation[]): Promise<HotOperation[]> {
    const texts = new Map<string, string>();
    await Promise.all(
      [...Map.groupBy(ranked, ({ period }) => period)].map(async ([period, ofPeriod]) => {
        const [, operations] = keysOf(period);
        const fields = ofPeriod.map(({ key }) => key);
        const reply = await this.#guardRead(() => this.#commands.send(operations, ['HMGET', operations, ...fields]));
        for (const [index, text] of operationsReply.parse(reply).entries()) {
          if (text !== null) texts.set(fields[index] ?? '', text);
        }
      }),
    );
    return ranked.flatMap(({ key }) => {
      const text = texts.get(key);
      return text === undefined ? [] : [hotOperationSchema.parse(JSON.parse(text))];
    });
  }

  #period(): number {
    return Math.floor(this.#clock.now() / PERIOD_MS);
  }
}

/** The part in braces puts both into one slot of a cluster. */
function keysOf(period: number): [uses: string, operations: string] {
  return [`${PREFIX}{${period}}:uses`, `${PREFIX}{${period}}:operations`];
}

function keptForm({ key, document, viewer }: OperationUses): string[] {
  const text = print(document);
  if (text.length > TEXT_LIMIT || mayHoldSecret(document)) return [];
  const operation: HotOperation = { text, viewer: viewer && { role: viewer.role, scopes: viewer.scopes } };
  return [key, JSON.stringify(operation)];
}

/** Who logs in without variables has the password in the text. */
function mayHoldSecret(document: DocumentNode): boolean {
  let [isMutation, hasString] = [false, false];
  visit(document, {
    OperationDefinition: ({ operation }) => {
      isMutation = operation === OperationTypeNode.MUTATION;
    },
    StringValue: () => {
      hasString = true;
    },
  });
  return isMutation && hasString;
}
