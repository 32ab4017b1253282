-- ARGV[5..]: token, session mode (keep, set, drop), session, session kept for
-- ms, ids kept for ms, most ids, supersede, id of the message done, why it is
-- set aside, name by which this is saved once, number of replies, number of
-- tallies, kept for ms, then id, prompt, sealed of each reply, then cell and
-- change of each tally, of KEYS[12], then the journal entries
local op = asked .. ' save ' .. ARGV[5]
local mode, session, sessionMs = ARGV[6], ARGV[7], tonumber(ARGV[8])
local keptMs, most = tonumber(ARGV[9]), tonumber(ARGV[10])
local done, aside, once, replies = ARGV[12], ARGV[13], ARGV[14], tonumber(ARGV[15])
local tallies, tallyMs = tonumber(ARGV[16]), tonumber(ARGV[17])

local answer = repeated(op)
if answer then
  return answer
end
if not held() then
  return { 'lost' }
end

-- Dropping the message comes first: Redis never refuses it for want of memory,
-- and lets a script that has begun to write go on to its end.
if done ~= '' then
  local head = oldestMessage()
  if #head == 0 or head[1][1] ~= done then
    return { 'nothead' }
  end
  local raw = redis.call('LPOP', mailKey)
  remember(done, keptMs, most)
  if aside ~= '' then
    redis.call('RPUSH', asideKey, now .. '\n' .. aside .. '\n' .. raw)
    redis.call('PEXPIRE', asideKey, keptMs)
    redis.call('ZADD', strandedKey, now, chat)
  end
end

if once ~= '' then
  once = 'once\n' .. once
  if redis.call('ZSCORE', seenKey, once) then
    return rest(op, false)
  end
  remember(once, keptMs, most)
end

if mode == 'set' then
  redis.call('SET', sessionKey, session, 'PX', sessionMs)
elseif mode == 'drop' then
  redis.call('DEL', sessionKey)
else
  redis.call('PEXPIRE', sessionKey, sessionMs)
end

-- What was never taken by the platform may be replaced. A person who writes
-- opens the window again for what was parked.
local supersede = ARGV[11] == '1'
local out, kept, changed = redis.call('LRANGE', outKey, 0, -1), {}, false
for _, raw in ipairs(out) do
  local r = readReply(raw)
  local untaken = r[STATE] == 'pending' or r[STATE] == 'retry' or r[STATE] == 'parked'
  if supersede and r[PROMPT] == 1 and untaken then
    changed = true
  elseif r[STATE] == 'parked' and done ~= '' then
    r[STATE], changed = 'pending', true
    kept[#kept + 1] = writeReply(r)
  else
    kept[#kept + 1] = raw
  end
end
if changed then
  redis.call('DEL', outKey)
  for _, raw in ipairs(kept) do
    redis.call('RPUSH', outKey, raw)
  end
end

local arg = 18
for _ = 1, replies do
  redis.call('RPUSH', outKey, writeReply({ ARGV[arg], 'pending', 0, now, ARGV[arg + 1], 0, 0, ARGV[arg + 2] }))
  arg = arg + 3
end

for _ = 1, tallies do
  if redis.call('HINCRBY', KEYS[12], ARGV[arg], ARGV[arg + 1]) == 0 then
    redis.call('HDEL', KEYS[12], ARGV[arg])
  end
  redis.call('PEXPIRE', KEYS[12], tallyMs)
  arg = arg + 2
end

-- A journal number, like a fence, is at least the time: it is never used
-- twice, so dropping up to a number cannot hit an entry that came later.
local seq = tonumber(lease[7] or '0')
if arg <= #ARGV then
  for i = arg, #ARGV do
    seq = math.max(seq + 1, now)
    redis.call('RPUSH', journalKey, seq .. '\n' .. ARGV[i])
  end
  redis.call('HSET', leaseKey, 'seq', seq)
  redis.call('ZADD', dirtyKey, 'NX', now, chat)
end

return rest(op, false)
