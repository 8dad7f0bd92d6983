import { redisScript } from '../cache/redis-script.ts';

/** Gives a server a name when it has none, which it has until it loses its data. */
const NAME_STORE = `
local store = redis.call('GET', KEYS[1])
if not store then
  redis.call('SET', KEYS[1], ARGV[1])
  store = ARGV[1]
end`;

/** The id of the last entry, or an empty text. */
const FIND_NEWEST = `
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
local newest = last[1] and last[1][1] or ''`;

/**
 * Keeps an event and tells it, unless it was kept before. Keys: the name of the store, the stream, what is there while the event is
 * known. Values: a name, the retention in milliseconds, how many events are kept, the channel, the viewer, the event.
 */
export const publishEvent = redisScript(`${NAME_STORE}
if not redis.call('SET', KEYS[3], '', 'NX', 'PX', ARGV[2]) then return 0 end
${FIND_NEWEST}
local id = redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[3], '*', 'before', newest, 'event', ARGV[6])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('PUBLISH', ARGV[4], ARGV[5] .. ' ' .. store .. '.' .. id .. ' ' .. ARGV[6])
return 1`);

/**
 * Reads what follows an entry, or nothing of it when the entry's id is empty: the name of the store, its time in milliseconds, the
 * last id, the entries. Keys: the name of the store, the stream. Values: a name, the id.
 */
export const readEvents = redisScript(`${NAME_STORE}
${FIND_NEWEST}
local time = redis.call('TIME')
local entries = {}
if ARGV[2] ~= '' then entries = redis.call('XRANGE', KEYS[2], '(' .. ARGV[2], '+') end
return { store, time[1] * 1000 + math.floor(time[2] / 1000), newest, entries }`);

/** Tells the time some milliseconds ago. Keys: the channel. Values: what is said before it, the milliseconds. */
export const tellTime = redisScript(`
local time = redis.call('TIME')
local ms = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[2]
return redis.call('PUBLISH', KEYS[1], ARGV[1] .. ' ' .. string.format('%.0f', ms))`);
