-- ARGV[5..]: message id, token, sealed, most messages, ids kept for ms, most ids
local id, token, sealed = ARGV[5], ARGV[6], ARGV[7]
local keptMs, most = tonumber(ARGV[9]), tonumber(ARGV[10])
local mine = id .. '\n' .. token

local function seen(member)
  local at = redis.call('ZSCORE', seenKey, member)
  return at and tonumber(at) > now - keptMs
end

local again = seen(mine)
if not again then
  if seen(id) then
    return { 'seen', now }
  end
  if redis.call('LLEN', mailKey) >= tonumber(ARGV[8]) then
    return { 'full', now }
  end
  -- The first write may be refused for want of memory: then nothing happened.
  redis.call('RPUSH', mailKey, writeMessage({ id, now, 0, sealed }))
  remember(mine, keptMs, most)
  remember(id, keptMs, most)
end

if ends > now then
  if again and took == token and lease[2] == holder then
    return grip(true)
  end
  setDue(ends)
  return { 'ok', now }
end
if redis.call('EXISTS', mailKey) == 0 then
  return { 'ok', now }
end
take(token)
return grip(false)
