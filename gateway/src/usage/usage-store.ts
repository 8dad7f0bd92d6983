import { type Clock, systemClock } from '@tributary/runtime/cache/clock';
import { createGuard } from '@tributary/runtime/cache/guard';
import type { RedisCommands } from '@tributary/runtime/cache/redis-commands';
import { redisScript, runScript } from '@tributary/runtime/cache/redis-script';
import { z } from 'zod';
import type { Usage } from './usage.ts';
import type { TakenUsage } from './usage-book.ts';
import { mergeDays, type UsageDay } from './usage-days.ts';
import type { UsedOperation } from './used-operation.ts';

const PREFIX = 'tributary:usage:';
const DAY_MS = 86_400_000;
const DAY_S = DAY_MS / 1_000;
/** Pairs of client and operation of a day; what more there is counts as not told apart. */
const MOST_USES = 20_000;
const MOST_VALUES = 50_000;
const MOST_OPERATIONS = 2_000;
/** Longer ones are not kept, so that a day is 16 MB of Redis at most; it is one as a rule. */
const LONGEST_OPERATION = 8 * 1024;
const CHUNK = 500;
const WRITE_BUDGET_MS = 500;
/** Nobody waits for it but a command. */
const READ_BUDGET_MS = 10_000;
/** Where requests are counted that could not be told apart. */
export const UNTOLD_FIELD = '';

/** KEYS: counts. ARGV: lifetime in s, most fields, then field and count of each. What finds no room is added to the field without a name. */
const addCounts = redisScript(`
local room = tonumber(ARGV[2]) - redis.call('HLEN', KEYS[1])
for i = 3, #ARGV, 2 do
  local field = ARGV[i]
  if room <= 0 and redis.call('HEXISTS', KEYS[1], field) == 0 then field = '${UNTOLD_FIELD}' end
  if redis.call('HINCRBY', KEYS[1], field, ARGV[i + 1]) == tonumber(ARGV[i + 1]) then room = room - 1 end
end
return redis.call('EXPIRE', KEYS[1], ARGV[1])
`);

/** KEYS: operations. ARGV: lifetime in s, most fields, then hash and operation of each. */
const keepOperations = redisScript(`
local room = tonumber(ARGV[2]) - redis.call('HLEN', KEYS[1])
for i = 3, #ARGV, 2 do
  if room > 0 then room = room - redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
return redis.call('EXPIRE', KEYS[1], ARGV[1])
`);

const fieldsReply = z.array(z.string());

/** Which client used what of the schema, in Redis: three hashes a day, which all gateways add to. */
export class UsageStore {
  readonly #commands: RedisCommands;
  readonly #clock: Clock;
  readonly #guardWrite = createGuard({ budgetMs: WRITE_BUDGET_MS });
  readonly #guardRead = createGuard({ budgetMs: READ_BUDGET_MS });

  /** @param commands stay the caller's to close */
  constructor(commands: RedisCommands, clock: Clock = systemClock) {
    this.#commands = commands;
    this.#clock = clock;
  }

  /**
   * Adds what was counted to this day, in one pipeline.
   * @param lifetimeDays how long the day is kept
   * @throws Error when Redis does not answer in time
   */
  async add({ uses, untold }: TakenUsage, lifetimeDays: number): Promise<void> {
    const keys = keysOf(dayOf(this.#clock.now()));
    // A day is kept until the last of it is that old.
    const lifetimeS = String((lifetimeDays + 1) * DAY_S);
    const operations = new Map(uses.map(({ operation }) => [operation.hash, operation]));
    const kept = [...operations.values()].flatMap(keptForm);
    const counts = uses.flatMap(({ client, operation, uses: count }): [string, string][] => [
      [fieldOf(operation.hash, client), String(count)],
    ]);
    if (untold > 0) counts.push([UNTOLD_FIELD, String(untold)]);
    const values = uses.flatMap(({ client, operation, samples, values: found }): [string, string][] =>
      samples === 0
        ? []
        : [['', samples] as const, ...found].map(([coordinate, count]) => [
            fieldOf(operation.hash, client, coordinate),
            String(count),
          ]),
    );
    const write = (script: typeof addCounts, key: string, most: number, pairs: readonly [string, string][]) =>
      chunksOf(pairs).map((chunk) =>
        this.#guardWrite(() => runScript(this.#commands, script, [key], [lifetimeS, String(most), ...chunk.flat()])),
      );
    await Promise.all([
      ...write(keepOperations, keys.operations, MOST_OPERATIONS, kept),
      ...write(addCounts, keys.values, MOST_VALUES, values),
      ...write(addCounts, keys.uses, MOST_USES, counts),
    ]);
  }

  /**
   * What was counted on the last days, this one among them.
   * @throws Error when Redis cannot be read, or holds something else
   */
  async read(days: number): Promise<Usage> {
    const today = this.#clock.now();
    const names = Array.from({ length: days }, (_, age) => dayOf(today - age * DAY_MS));
    return mergeDays(await Promise.all(names.map((day) => this.#dayOf(day))));
  }

  async #dayOf(day: string): Promise<UsageDay> {
    const keys = keysOf(day);
    const [operations, uses, values] = await Promise.all([
      this.#all(keys.operations),
      this.#all(keys.uses),
      this.#all(keys.values),
    ]);
    return { day, operations, uses, values };
  }

  async #all(key: string): Promise<ReadonlyMap<string, string>> {
    const reply = fieldsReply.parse(await this.#guardRead(() => this.#commands.send(key, ['HGETALL', key])));
    return new Map(
      reply.flatMap((text, index): [string, string][] => (index % 2 === 0 ? [[text, reply[index + 1] ?? '']] : [])),
    );
  }
}

/** No name has a line break in it: a client's is a header. */
function fieldOf(...parts: string[]): string {
  return parts.join('\n');
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** The part in braces puts all of a day into one slot of a cluster. */
function keysOf(day: string) {
  const name = `${PREFIX}{${day}}:`;
  return { operations: `${name}operations`, uses: `${name}uses`, values: `${name}values` };
}

function keptForm({ hash, name, coordinates, variableTypes }: UsedOperation): [string, string][] {
  const text = JSON.stringify({ name, coordinates, variableTypes });
  return text.length > LONGEST_OPERATION ? [] : [[hash, text]];
}

function chunksOf<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, index) =>
    items.slice(index * CHUNK, (index + 1) * CHUNK),
  );
}
