-- ARGV[5]: id of the message that is set aside no longer; '': all of the chat
for _, raw in ipairs(redis.call('LRANGE', asideKey, 0, -1)) do
  local _, stop = string.find(raw, '^%d+\n[^\n]*\n')
  if ARGV[5] == '' or readMessage(string.sub(raw, stop + 1))[1] == ARGV[5] then
    redis.call('LREM', asideKey, 1, raw)
  end
end
if redis.call('EXISTS', asideKey) == 0 then
  redis.call('ZREM', strandedKey, chat)
end
return { 'ok', now }
