-- ARGV[5..]: reply id, provider id, rank, state, code, whether it is a failure,
-- kept for ms
local id, sid, rank, keptMs = ARGV[5], ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[11])
local field = id .. '\n' .. sid

local known = redis.call('HGET', fateKey, field)
if known and tonumber(string.match(known, '^(%d+)\n')) >= rank then
  return { 'ok', now, 0 }
end
-- Only the oldest reply may be in doubt; what became of the others matters
-- when they failed.
local raw = redis.call('LINDEX', outKey, 0)
local r = raw and readReply(raw)
local open = r and r[ID] == id
if not open and ARGV[10] ~= '1' then
  return { 'ok', now, 1 }
end
redis.call('HSET', fateKey, field, table.concat({ rank, ARGV[10], ARGV[8], ARGV[9] }, '\n'))
redis.call('PEXPIRE', fateKey, keptMs)
if open and r[STATE] == 'unknown' then
  r[AT] = now
  setOldest(r)
  if ends <= now then
    setDue(now)
  end
end
return { 'ok', now, 1 }
