import { redisScript } from './redis-script.ts';

// Tags are spread over buckets, and each script touches the keys of one: on a cluster a bucket is a slot. A bucket's clock is kept
// as `VERSION BORN`, the version of its last invalidation and when the clock was first read. Versions are counted up from the time
// in microseconds, and never lag behind it, so that those after a loss of data are greater than those before; a clock that was
// born meanwhile tells that there was one. A tag is kept as `VERSION` or `VERSION DATABASE=POSITION DATABASE=POSITION…`.

const CLOCK = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end
local function read_clock(key)
  local version, born = (redis.call('GET', key) or ''):match('^(%d+) (%d+)$')
  if version then return version, born end
  version = string.format('%.0f', now())
  redis.call('SET', key, version .. ' ' .. version)
  return version, version
end
`;

/** KEYS: clock, tags… Returns where the clock stands, and the tags' states. */
export const readTags = redisScript(`${CLOCK}
local version, born = read_clock(KEYS[1])
local states = {}
for i = 2, #KEYS do states[i - 1] = redis.call('GET', KEYS[i]) or '' end
return { version .. ' ' .. born, states }
`);

/**
 * KEYS: clock, the tags of one fill after the other… ARGV: how long after its birth a clock is unsettled in ms, then for each fill
 * number of its tags, where the clock stood when it began, lifetime in ms, positions it was told of. Returns for each fill how long
 * it may be kept in ms and the versions of its tags, or why it may not: `overtaken` or `behind DATABASE=POSITION…`.
 */
export const finishFills = redisScript(`${CLOCK}
local _, born = read_clock(KEYS[1])
local settles_in = math.ceil(tonumber(ARGV[1]) - (now() - tonumber(born)) / 1000)
local function judge(first, last, began, lifetime, positions)
  local known = {}
  for database, position in positions:gmatch('(%S+)=(%d+)') do known[database] = tonumber(position) end
  local began_at, began_born = began:match('^(%d+) (%d+)$')
  local versions, behind, is_overtaken = {}, {}, began_born ~= born
  for i = first, last do
    local state = redis.call('GET', KEYS[i])
    versions[i - first + 1] = state and state:match('^%d+') or false
    if state then
      is_overtaken = is_overtaken or tonumber(versions[i - first + 1]) > tonumber(began_at)
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
  for i = first, last do
    if versions[i - first + 1] then
      redis.call('PEXPIRE', KEYS[i], lifetime, 'GT')
    else
      versions[i - first + 1] = began_at
      redis.call('SET', KEYS[i], began_at, 'PX', lifetime)
    end
  end
  return { settles_in > 0 and math.min(settles_in, tonumber(lifetime)) or tonumber(lifetime), versions }
end
local verdicts, first = {}, 2
for arg = 2, #ARGV, 4 do
  local last = first + tonumber(ARGV[arg]) - 1
  verdicts[#verdicts + 1] = judge(first, last, ARGV[arg + 1], ARGV[arg + 2], ARGV[arg + 3])
  first = last + 1
end
return verdicts
`);

/**
 * KEYS: clock, tags… ARGV: how long to remember in ms, positions, channel, message, where the clock stood when the writer began
 * (empty for an invalidation alone), then for each tag whether it is invalidated (1 or 0) and how long entries that bear it live
 * in ms. Returns for each tag its new version, or an empty text where somebody else had invalidated it since the writer began.
 * The message goes out in the same step, so that no tag changes unheard, and nobody hears before the tag has changed.
 */
export const changeTags = redisScript(`${CLOCK}
local version, born = read_clock(KEYS[1])
local began_at, began_born = ARGV[5]:match('^(%d+) (%d+)$')
local next_version = string.format('%.0f', math.max(tonumber(version) + 1, now()))
redis.call('SET', KEYS[1], next_version .. ' ' .. born)
local versions = {}
for i = 2, #KEYS do
  local is_invalidated, lifetime = ARGV[2 * i + 2] == '1', tonumber(ARGV[2 * i + 3])
  local state = redis.call('GET', KEYS[i])
  local before = state and state:match('^%d+')
  local is_overtaken = began_born ~= born or (before and tonumber(before) > tonumber(began_at))
  if is_invalidated then
    local furthest, after = {}, next_version
    for database, position in ARGV[2]:gmatch('(%S+)=(%d+)') do furthest[database] = position end
    for database, position in (state or ''):gmatch(' (%S+)=(%d+)') do
      if tonumber(position) > tonumber(furthest[database] or '0') then furthest[database] = position end
    end
    for database, position in pairs(furthest) do after = after .. ' ' .. database .. '=' .. position end
    local ttl = math.max(redis.call('PTTL', KEYS[i]), tonumber(ARGV[1]), lifetime)
    redis.call('SET', KEYS[i], after, 'PX', string.format('%.0f', ttl))
  elseif before then
    redis.call('PEXPIRE', KEYS[i], lifetime, 'GT')
  elseif not is_overtaken then
    redis.call('SET', KEYS[i], began_at, 'PX', lifetime)
  end
  versions[i - 1] = is_overtaken and '' or is_invalidated and next_version or before or began_at
end
if ARGV[4] ~= '' then redis.call('PUBLISH', ARGV[3], ARGV[4]) end
return versions
`);

/** KEYS: lease. ARGV: token. */
export const releaseLease = redisScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);
