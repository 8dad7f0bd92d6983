import { redisScript } from './redis-script.ts';

// A tag is kept as `VERSION` or `VERSION DATABASE=POSITION DATABASE=POSITION…`. Versions are counted up from the time in
// microseconds, so that those after a loss of all data are greater than those before.

const CURRENT_VERSION = `
local function current_version(key)
  local version = redis.call('GET', key)
  if version then return version end
  local time = redis.call('TIME')
  version = string.format('%.0f', time[1] * 1000000 + time[2])
  redis.call('SET', key, version)
  return version
end
`;

/** KEYS: counter, lease, tags… ARGV: token, lease in ms. Returns the version, whether the lease was given, the tags' states. */
export const beginFill = redisScript(`${CURRENT_VERSION}
local granted = redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2])
local states = {}
for i = 3, #KEYS do states[i - 2] = redis.call('GET', KEYS[i]) or '' end
return { current_version(KEYS[1]), granted and 1 or 0, states }
`);

/**
 * KEYS: lease, tags… ARGV: token, version at the begin, lifetime in ms, positions the fill was told of. Returns the versions of
 * the tags, or why there are none: `overtaken`, `lease-lost`, or `behind DATABASE=POSITION…`.
 */
export const finishFill = redisScript(`
local known = {}
for database, position in ARGV[4]:gmatch('(%S+)=(%d+)') do known[database] = tonumber(position) end
local began, versions, behind, is_overtaken = tonumber(ARGV[2]), {}, {}, false
for i = 2, #KEYS do
  local state = redis.call('GET', KEYS[i])
  if state then
    versions[i - 1] = state:match('^%d+')
    is_overtaken = is_overtaken or tonumber(versions[i - 1]) > began
    for database, position in state:gmatch(' (%S+)=(%d+)') do
      if tonumber(position) > (known[database] or 0) then
        known[database] = tonumber(position)
        behind[database] = position
      end
    end
  end
end
if next(behind) then
  local reply = 'behind'
  for database, position in pairs(behind) do reply = reply .. ' ' .. database .. '=' .. position end
  return reply
end
if is_overtaken then return 'overtaken' end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lease-lost' end
for i = 2, #KEYS do
  if versions[i - 1] then
    redis.call('PEXPIRE', KEYS[i], ARGV[3], 'GT')
  else
    versions[i - 1] = ARGV[2]
    redis.call('SET', KEYS[i], ARGV[2], 'PX', ARGV[3])
  end
end
return versions
`);

/** KEYS: lease. ARGV: token. */
export const releaseLease = redisScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

/**
 * KEYS: counter, tags… ARGV: how long to remember in ms, positions, channel, message. The message goes out in the same step, so
 * that no tag changes unheard.
 */
export const invalidateTags = redisScript(`${CURRENT_VERSION}
current_version(KEYS[1])
local version = string.format('%.0f', redis.call('INCR', KEYS[1]))
for i = 2, #KEYS do
  local furthest = {}
  for database, position in ARGV[2]:gmatch('(%S+)=(%d+)') do furthest[database] = position end
  for database, position in (redis.call('GET', KEYS[i]) or ''):gmatch(' (%S+)=(%d+)') do
    if tonumber(position) > tonumber(furthest[database] or '0') then furthest[database] = position end
  end
  local state = version
  for database, position in pairs(furthest) do state = state .. ' ' .. database .. '=' .. position end
  local ttl = math.max(redis.call('PTTL', KEYS[i]), tonumber(ARGV[1]))
  redis.call('SET', KEYS[i], state, 'PX', string.format('%.0f', ttl))
end
redis.call('PUBLISH', ARGV[3], ARGV[4])
return version
`);
