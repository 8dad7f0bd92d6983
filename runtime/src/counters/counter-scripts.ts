import { redisScript } from '../cache/redis-script.ts';

// What a counter has in Redis, all in one hash slot:
//   GATHERING             a hash of amounts by key; its field '' is the id of the batch it will be
//   GATHERING:batch:ID    the same, set aside
//   GATHERING:batches     a sorted set of the ids set aside, by the time (ms) from which on they may be taken
// Setting aside is a RENAME: it costs the same for one key and for thousands, and nothing is ever in two places.
// Every key expires some days after its last change.

const NOW = `
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

const SET_ASIDE = `${NOW}
local function set_aside(gathering, free_at, lifetime)
  local id = redis.call('HGET', gathering, '')
  redis.call('RENAME', gathering, gathering .. ':batch:' .. id)
  redis.call('ZADD', gathering .. ':batches', string.format('%.0f', free_at), id)
  redis.call('PEXPIRE', gathering .. ':batches', lifetime)
  return id
end
`;

/**
 * KEYS: the gathering of each change. ARGV: keys a batch, waiting batches, lifetime in ms; then, for each change, the id of the
 * batch if it begins one, `sum` or `max`, the key, the amount. Returns 1 for each change that was gathered, 0 for the others.
 */
export const addChanges = redisScript(`${SET_ASIDE}
local batch_keys, waiting_batches, lifetime = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]

local function add(gathering, id, merge, key, amount)
  local gathered = redis.call('HGET', gathering, key)
  if not gathered then
    local fields = redis.call('HLEN', gathering)
    if fields > batch_keys then
      if redis.call('ZCARD', gathering .. ':batches') >= waiting_batches then return 0 end
      set_aside(gathering, now_ms(), lifetime)
      fields = 0
    end
    if fields == 0 then redis.call('HSET', gathering, '', id) end
  end
  if merge == 'sum' then
    redis.call('HINCRBY', gathering, key, amount)
  elseif not gathered or tonumber(amount) > tonumber(gathered) then
    redis.call('HSET', gathering, key, amount)
  end
  redis.call('PEXPIRE', gathering, lifetime)
  return 1
end

local outcomes = {}
for i, gathering in ipairs(KEYS) do
  outcomes[i] = add(gathering, unpack(ARGV, i * 4, i * 4 + 3))
end
return outcomes
`);

/**
 * KEYS: gathering. ARGV: duration of the claim and lifetime in ms. Returns the id, whether it was set aside just now, and fields
 * and values of the batch; nothing when there is none.
 */
export const takeBatch = redisScript(`${SET_ASIDE}
local gathering, now = KEYS[1], now_ms()
local claimed_until = now + tonumber(ARGV[1])
local id = redis.call('ZRANGEBYSCORE', gathering .. ':batches', '-inf', now, 'LIMIT', 0, 1)[1]
local is_newest = 0
if id then
  redis.call('ZADD', gathering .. ':batches', string.format('%.0f', claimed_until), id)
elseif redis.call('EXISTS', gathering) == 1 then
  id = set_aside(gathering, claimed_until, ARGV[2])
  is_newest = 1
else
  return false
end
return { id, is_newest, redis.call('HGETALL', gathering .. ':batch:' .. id) }
`);

/** KEYS: gathering. ARGV: id. */
export const confirmBatch = redisScript(`
redis.call('ZREM', KEYS[1] .. ':batches', ARGV[1])
return redis.call('UNLINK', KEYS[1] .. ':batch:' .. ARGV[1])
`);

/** KEYS: gathering. ARGV: id. */
export const returnBatch = redisScript(`${NOW}
return redis.call('ZADD', KEYS[1] .. ':batches', 'XX', string.format('%.0f', now_ms()), ARGV[1])
`);
