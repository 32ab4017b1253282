-- ARGV[5..]: ids kept for ms, most ids
if not held() then
  return { 'lost' }
end
redis.call('DEL', sessionKey, outKey, seenKey, journalKey, fateKey, asideKey)
redis.call('ZREM', dirtyKey, chat)
redis.call('ZREM', strandedKey, chat)
-- What is still in the mailbox must not come in a second time.
for _, raw in ipairs(redis.call('LRANGE', mailKey, 0, -1)) do
  remember(readMessage(raw)[1], tonumber(ARGV[5]), tonumber(ARGV[6]))
end
return { 'ok', now }
