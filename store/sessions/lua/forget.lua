-- ARGV[5..]: ids kept for ms, most ids
if not held() then
  return { 'lost' }
end
redis.call('DEL', sessionKey, outKey, journalKey, fateKey, asideKey)
redis.call('ZREM', dirtyKey, chat)
redis.call('ZREM', strandedKey, chat)
-- The ids stay until they end by themselves: what was dealt with must not come
-- in a second time, from a platform that repeats it or a list of what it has.
for _, raw in ipairs(redis.call('LRANGE', mailKey, 0, -1)) do
  remember(readMessage(raw)[1], tonumber(ARGV[5]), tonumber(ARGV[6]))
end
return { 'ok', now }
