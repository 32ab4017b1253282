-- ARGV[5..]: reply id, attempt, state, try again after ms
local id, attempt, state, afterMs = ARGV[5], tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8])
local op = table.concat({ asked, 'settle', attempt, state, afterMs, id }, ' ')

local answer = repeated(op)
if answer then
  return answer
end
if not held() then
  return { 'lost' }
end

local raw = redis.call('LINDEX', outKey, 0)
local r = raw and readReply(raw)
if not r or r[ID] ~= id or r[ATTEMPT] ~= attempt or (r[STATE] ~= 'sending' and r[STATE] ~= 'unknown') then
  return { 'nothead' }
end
if state == 'sent' or state == 'failed' then
  redis.call('LPOP', outKey)
else
  if state == 'unknown' and r[STATE] == 'sending' then
    r[DOUBTS] = r[DOUBTS] + 1
  end
  r[STATE], r[AT] = state, now + afterMs
  setOldest(r)
end
return rest(op, false)
