-- ARGV[5..]: message id, attempts to record
if not held() then
  return { 'lost' }
end
local head = oldestMessage()
if #head == 0 or head[1][1] ~= ARGV[5] then
  return { 'nothead' }
end
head[1][3] = math.max(head[1][3], tonumber(ARGV[6]))
redis.call('LSET', mailKey, 0, writeMessage(head[1]))
return { 'ok', now, head[1][3] }
