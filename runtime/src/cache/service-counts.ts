import { type CacheCounter, type CacheCounts, countsOfFields, fieldsOfCounts } from './cache-counts.ts';
import type { RedisCommands } from './redis-commands.ts';
import { redisScript, runScript } from './redis-script.ts';
import { withinBudget } from './within-budget.ts';

/** What all processes of a service counted together. */
export interface ServiceCounts extends CacheCounts {
  readonly since: Date;
}

export interface ReportOptions {
  readonly counter: CacheCounter;
  readonly commands: RedisCommands;
  /** Before every key of all caches. */
  readonly prefix: string;
  readonly service: string;
  /** Default 10,000. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 10_000;
const BUDGET_MS = 1_000;
/** Counts begin anew a day after they began, so that they tell of today. */
const KEPT_MS = 24 * 60 * 60_000;
const KIND = 'stats:';
const SINCE = 'since';

const addCounts = redisScript(`
if redis.call('exists', KEYS[1]) == 0 then
  redis.call('hset', KEYS[1], '${SINCE}', ARGV[1])
  redis.call('pexpire', KEYS[1], ARGV[2])
end
for i = 3, #ARGV, 2 do redis.call('hincrby', KEYS[1], ARGV[i], ARGV[i + 1]) end
`);

/**
 * Adds what a cache counts to what its service counted, in a hash of Redis, at every interval and at the end. Counts that could
 * not be added are dropped: rates stay right without them.
 */
export function reportCounts(options: ReportOptions): { stop(): Promise<void> } {
  const { counter, commands, prefix, service, intervalMs = INTERVAL_MS } = options;

  async function report(): Promise<void> {
    const fields = fieldsOfCounts(counter.take());
    if (fields.size === 0) return;
    const values = [Date.now(), KEPT_MS, ...[...fields].flat()].map(String);
    const added = runScript(commands, addCounts, [`${prefix}${KIND}${service}`], values);
    await withinBudget(added, BUDGET_MS).catch(() => undefined);
  }

  const timer = setInterval(report, intervalMs).unref();
  return {
    stop: () => {
      clearInterval(timer);
      return report();
    },
  };
}

/**
 * The service whose counts are under a key, or undefined for other keys.
 * @param name of a key, without the prefix of all caches
 */
export function countedService(name: string): string | undefined {
  return name.startsWith(KIND) ? name.slice(KIND.length) : undefined;
}

/** @param fields of the hash of a service */
export function serviceCountsOf(fields: Readonly<Record<string, string>>): ServiceCounts {
  return { since: new Date(Number(fields[SINCE])), ...countsOfFields(fields) };
}
