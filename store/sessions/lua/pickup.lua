-- KEYS[1]: the pickup. ARGV: kept for ms, then name and sealed bytes of each part.
-- Put again it is as new, but what has been taken does not come back.
if redis.call('HEXISTS', KEYS[1], 'taken') == 1 then
  return 0
end
for i = 2, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
