-- KEYS[1]: the pickup. ARGV[1]: name of the part
local sealed = redis.call('HGET', KEYS[1], ARGV[1])
if not sealed then
  return false
end
-- Redis never refuses a deletion for want of memory, and lets a script that
-- has begun to write go on to its end. The cover stays, and with it the expiry.
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], 'taken', 1)
return sealed
