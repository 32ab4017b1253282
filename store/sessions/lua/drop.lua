-- ARGV[5]: number of the last journal entry that may go
local through = tonumber(ARGV[5])
while true do
  local raw = redis.call('LINDEX', journalKey, 0)
  if not raw then
    redis.call('ZREM', dirtyKey, chat)
    return { 'ok', now }
  end
  if tonumber(string.match(raw, '^(%d+)\n')) > through then
    return { 'ok', now }
  end
  redis.call('LPOP', journalKey)
end
