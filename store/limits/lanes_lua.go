package limits

import "github.com/redis/go-redis/v9"

// The scripts take their time from Redis, which is one clock for all replicas.
// Replies are counted in parts of 25 ms: what is called the last second is up to
// one part longer, never shorter.

// counted adds ARGV[1] replies to the part of now, and drops old parts, and those
// that lie ahead since the clock was put back.
var counted = redis.NewScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HINCRBY', KEYS[1], math.floor(now / 25), ARGV[1])
for _, part in ipairs(redis.call('HKEYS', KEYS[1])) do
  if (part + 1) * 25 <= now - 1000 or part * 25 > now then redis.call('HDEL', KEYS[1], part) end
end
redis.call('PEXPIRE', KEYS[1], 2000)
return 0`)

// gate says for how many ms bulk has to wait, whatever its pace, by what factor it
// is slow, how many replies there were, and how many have to go before a sender
// gets a place. Keys: hold, stop, slow, replies, line, heard. ARGV: so many replies
// in the last second close the gate; the sender's name; 1 if its message is done;
// how many places there are; for how many ms one is kept.
//
// The line holds senders with a message under way or without, in the order in
// which they came; those in front have the places. A shut gate sends them off.
var gate = redis.NewScript(`
local wait = math.max(redis.call('PTTL', KEYS[1]), redis.call('PTTL', KEYS[2]))
if wait == 0 then wait = 1 end
local factor = tonumber(redis.call('HGET', KEYS[3], 'factor') or 1)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all, parts, count = redis.call('HGETALL', KEYS[4]), {}, 0
for i = 1, #all, 2 do
  local ends = (all[i] + 1) * 25
  if ends > now - 1000 then
    parts[#parts + 1] = {ends, tonumber(all[i + 1])}
    count = count + all[i + 1]
  end
end
local replies = count
table.sort(parts, function(a, b) return a[1] < b[1] end)
for _, part in ipairs(parts) do
  if count < tonumber(ARGV[1]) then break end
  count = count - part[2]
  wait = math.max(wait, part[1] + 1000 - now)
end
local line, heard, name = KEYS[5], KEYS[6], ARGV[2]
local fine = time[1] * 1000000 + time[2]
local function leave(who)
  redis.call('ZREM', line, who)
  redis.call('ZREM', heard, who)
end
if wait > 0 or ARGV[3] == '1' then leave(name) end
if wait > 0 then return {wait, factor, replies, 0} end
for _, lost in ipairs(redis.call('ZRANGEBYSCORE', heard, '-inf', string.format('(%.0f', now - ARGV[5]))) do leave(lost) end
redis.call('ZADD', line, 'NX', string.format('%.0f', fine), name)
redis.call('ZADD', heard, string.format('%.0f', now), name)
redis.call('PEXPIRE', line, ARGV[5])
redis.call('PEXPIRE', heard, ARGV[5])
return {0, factor, replies, math.max(redis.call('ZRANK', line, name) - ARGV[4] + 1, 0)}`)

// slower slows a lane by the factor ARGV[1] for ARGV[2] ms. Refusals within 5 s
// of the one that counted are answers to what was sent before.
var slower = redis.NewScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stands = tonumber(redis.call('HGET', KEYS[1], 'factor') or 1)
local at = tonumber(redis.call('HGET', KEYS[1], 'at') or 0)
local factor = tonumber(ARGV[1])
if stands == 1 or now - at >= 5000 then
  redis.call('HSET', KEYS[1], 'factor', math.min(stands * factor, 16), 'at', now)
elseif factor > stands then
  redis.call('HSET', KEYS[1], 'factor', math.min(factor, 16))
end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0`)
