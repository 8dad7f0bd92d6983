import { redisScript } from '../cache/redis-script.ts';

/**
 * KEYS: the bucket. ARGV: capacity, tokens a millisecond, credit, need, want. Returns what was granted and what is left.
 *
 * A bucket that is full has no key. The time is that of Redis: processes need not agree on theirs.
 */
export const takeTokens = redisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local capacity, per_ms = tonumber(ARGV[1]), tonumber(ARGV[2])
local credit, need, want = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = capacity
if kept[1] then tokens = kept[1] + math.max(0, now - kept[2]) * per_ms end
tokens = math.min(capacity, tokens + credit)

local granted = 0
if tokens >= need then granted = math.min(want, math.floor(tokens)) end
tokens = tokens - granted

if tokens >= capacity then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.3f', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - tokens) / per_ms))
end
return { granted, math.floor(tokens) }
`);
