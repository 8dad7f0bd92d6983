import { z } from 'zod';
import { createGuard } from '../cache/guard.ts';
import type { RedisCommands } from '../cache/redis-commands.ts';
import { redisScript, runScript } from '../cache/redis-script.ts';
import type { CallWindow } from './call-window.ts';

/**
 * KEYS: the times of calls, in microseconds. ARGV: max, window in ms. Returns 1 and 0 for a call that is admitted and now one of them,
 * else 0 and how many ms it takes until the first of them is forgotten. The time is that of Redis.
 */
const recordCall = redisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[2]) * 1000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - window))
local calls = redis.call('ZCARD', KEYS[1])
if calls >= tonumber(ARGV[1]) then
  local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return { 0, math.ceil((first[2] + window - now) / 1000) }
end
local at = string.format('%.0f', now)
redis.call('ZADD', KEYS[1], at, at .. ':' .. calls)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return { 1, 0 }
`);

const outcomeReply = z.tuple([z.literal([0, 1]), z.number()]);
const PREFIX = 'tributary:calls:';

/**
 * Windows in Redis or Valkey, a key each. While it hangs, a few calls cost the budget, and all others are refused at once.
 * @param options.commands stay the caller's to close
 * @param options.budgetMs how long a call may wait
 */
export function createRedisCallWindow({
  commands,
  budgetMs,
}: {
  commands: RedisCommands;
  budgetMs: number;
}): CallWindow {
  const probeKey = `${PREFIX}probe`;
  const guard = createGuard({ budgetMs, probe: () => commands.send(probeKey, ['EXISTS', probeKey]) });
  return {
    async record(key, { max, windowMs }) {
      const reply = await guard(() => runScript(commands, recordCall, [PREFIX + key], [String(max), String(windowMs)]));
      const [admitted, retryAfterMs] = outcomeReply.parse(reply);
      return { isAdmitted: admitted === 1, retryAfterMs };
    },
  };
}
