-- ARGV[5]: ms before the waiting work is due again
if not held() then
  return { 'ok', now }
end
redis.call('HSET', leaseKey, 'ends', 0)
local at = nil
local raw = redis.call('LINDEX', outKey, 0)
if raw then
  local r = readReply(raw)
  at = (r[STATE] == 'retry' or r[STATE] == 'unknown') and r[AT] or r[STATE] ~= 'parked' and now or nil
end
if redis.call('EXISTS', mailKey) == 1 then
  at = math.min(at or now, now)
end
setDue(at and math.max(at, now + tonumber(ARGV[5])))
return { 'ok', now }
