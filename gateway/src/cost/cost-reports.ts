import type { RedisCommands } from '@tributary/runtime/cache/redis-commands';
import { redisScript, runScript } from '@tributary/runtime/cache/redis-script';
import { z } from 'zod';
import type { OperationCostRecord } from './operation-costs.ts';

/** What every gateway process last said its operations had cost: a field of one hash for each. */
const KEY = 'tributary:{costs}';
/** A process that has said nothing for so long is gone. */
const LIFETIME_S = 3_600;

const recordSchema = z.object({
  hash: z.string(),
  title: z.string(),
  executions: z.number(),
  estimated: z.number(),
  actual: z.number(),
  highest: z.number(),
});
const reportSchema = z.tuple([z.number(), z.array(recordSchema)]);
const readReply = z.array(z.string());

/** KEYS: reports. ARGV: process, its report, lifetime in s. */
const writeReport = redisScript(`
local now = tonumber(redis.call('TIME')[1])
redis.call('HSET', KEYS[1], ARGV[1], '[' .. now .. ',' .. ARGV[2] .. ']')
return redis.call('EXPIRE', KEYS[1], ARGV[3])
`);

/** KEYS: reports. ARGV: lifetime in s. Returns what processes have said, and forgets those that are gone. */
const readReports = redisScript(`
local oldest = tonumber(redis.call('TIME')[1]) - tonumber(ARGV[1])
local reports = {}
for index, text in ipairs(redis.call('HGETALL', KEYS[1])) do
  if index % 2 == 1 then
    reports.process = text
  elseif tonumber(string.match(text, '^%[(%d+)')) < oldest then
    redis.call('HDEL', KEYS[1], reports.process)
  else
    reports[#reports + 1] = text
  end
end
reports.process = nil
return reports
`);

/** What operations have cost in all gateways, in Redis. */
export class CostReports {
  readonly #commands: RedisCommands;

  /** @param commands stay the caller's to close */
  constructor(commands: RedisCommands) {
    this.#commands = commands;
  }

  /** Says what operations have cost in a process so far. */
  async write(processId: string, records: readonly OperationCostRecord[]): Promise<void> {
    await runScript(this.#commands, writeReport, [KEY], [processId, JSON.stringify(records), String(LIFETIME_S)]);
  }

  /** What operations have cost in the processes of the last hour, the costliest first. */
  async read(): Promise<OperationCostRecord[]> {
    const reply = readReply.parse(await runScript(this.#commands, readReports, [KEY], [String(LIFETIME_S)]));
    const records = reply.flatMap((text) => reportSchema.parse(JSON.parse(text))[1]);
    return [...Map.groupBy(records, ({ hash }) => hash).values()]
      .map((same) => same.reduce(added))
      .toSorted((a, b) => b.actual - a.actual);
  }
}

function added(one: OperationCostRecord, other: OperationCostRecord): OperationCostRecord {
  return {
    ...one,
    executions: one.executions + other.executions,
    estimated: one.estimated + other.estimated,
    actual: one.actual + other.actual,
    highest: Math.max(one.highest, other.highest),
  };
}
