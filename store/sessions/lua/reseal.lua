-- KEYS[1]: what holds it. ARGV: string, list or hash, then of each value the
-- field ('' but for a hash), what was read, and what takes its place if it is
-- still that. Answers how many were. No expiry changes.
local kind, changed = ARGV[1], 0
for i = 2, #ARGV, 3 do
  local field, was, becomes = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if kind == 'string' and redis.call('GET', KEYS[1]) == was then
    redis.call('SET', KEYS[1], becomes, 'KEEPTTL')
    changed = changed + 1
  elseif kind == 'hash' and redis.call('HGET', KEYS[1], field) == was then
    redis.call('HSET', KEYS[1], field, becomes)
    changed = changed + 1
  elseif kind == 'list' then
    for at, raw in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
      if raw == was then
        redis.call('LSET', KEYS[1], at - 1, becomes)
        changed = changed + 1
        break
      end
    end
  end
end
return changed
