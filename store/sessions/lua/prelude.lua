-- Shared by every script of a chat. KEYS and the first four ARGV are always
-- the same, see Store.run; what a script needs beyond them starts at ARGV[5].
local sessionKey, mailKey, leaseKey, outKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local seenKey, journalKey, dueKey, dirtyKey = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local fateKey, asideKey, strandedKey = KEYS[9], KEYS[10], KEYS[11]
local chat, holder = ARGV[1], ARGV[2]
local asked, leaseMs = tonumber(ARGV[3]), tonumber(ARGV[4])

-- One clock for all replicas: Redis's own, in milliseconds.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- The lease hash outlives the lease: it carries the fence. 7 days without a
-- single turn are enough to forget it, because a fence is also a time. Of an erased chat it must not
-- stay longer than the ids of its messages.
local leaseKept = 7 * 24 * 3600 * 1000
local lease = redis.call('HMGET', leaseKey, 'fence', 'holder', 'ends', 'op', 'released', 'took', 'seq')
local fence, ends = tonumber(lease[1] or '0'), tonumber(lease[3] or '0')
local lastOp, lastReleased, took = lease[4], lease[5] == '1', lease[6]

-- held tells whether the caller still has the lease it thinks it has.
local function held()
  return fence == asked and lease[2] == holder and ends > now
end

local function setDue(at)
  if at then
    redis.call('ZADD', dueKey, at, chat)
  else
    redis.call('ZREM', dueKey, chat)
  end
end

-- take gives the free lease to the caller. The fence is never lower than the
-- time, so that it grows even after Redis has lost its data.
local function take(token)
  fence = math.max(fence + 1, now)
  ends = now + leaseMs
  redis.call('HSET', leaseKey, 'fence', fence, 'holder', holder, 'ends', ends, 'took', token)
  redis.call('PEXPIRE', leaseKey, leaseKept)
  setDue(ends)
end

-- Messages, replies and journal entries are header lines and then the sealed
-- bytes, which may hold anything.
local function readMessage(raw)
  local _, stop, id, at, attempts = string.find(raw, '^([^\n]*)\n(%d+)\n(%d+)\n')
  return { id, tonumber(at), tonumber(attempts), string.sub(raw, stop + 1) }
end

local function writeMessage(m)
  return m[1] .. '\n' .. m[2] .. '\n' .. m[3] .. '\n' .. m[4]
end

-- A reply is id, state, attempt, at, prompt, fence, doubts, sealed.
local ID, STATE, ATTEMPT, AT, PROMPT, FENCE, DOUBTS, SEALED = 1, 2, 3, 4, 5, 6, 7, 8

local function readReply(raw)
  local _, stop, id, state, attempt, at, prompt, by, doubts =
    string.find(raw, '^([^\n]*)\n(%a+)\n(%d+)\n(%d+)\n(%d)\n(%d+)\n(%d+)\n')
  return {
    id, state, tonumber(attempt), tonumber(at), tonumber(prompt), tonumber(by), tonumber(doubts),
    string.sub(raw, stop + 1),
  }
end

local function writeReply(r)
  return table.concat(r, '\n')
end

local function setOldest(r)
  redis.call('LSET', outKey, 0, writeReply(r))
end

-- oldestReply looks at the oldest reply, the only one that may be tried. One
-- that is parked has nothing to wait for but the person.
-- It returns the reply when there is something to do about it now, else the
-- time to wait for, else whether it is being sent under this very fence.
-- With again, a reply being sent under this fence is returned once more.
local function oldestReply(again)
  local raw = redis.call('LINDEX', outKey, 0)
  if not raw then
    return nil, nil, false
  end
  local r = readReply(raw)
  if r[STATE] == 'sending' then
    if r[FENCE] == fence then
      return again and r or nil, nil, true
    end
    -- Its sender lost the lease in the middle: nobody knows whether it arrived.
    r[STATE] = 'unknown'
    setOldest(r)
    return r, nil, false
  end
  if r[STATE] == 'parked' then
    return nil, nil, false
  end
  if r[STATE] ~= 'pending' and r[AT] > now then
    return nil, r[AT], false
  end
  if r[STATE] ~= 'unknown' then
    r[STATE], r[ATTEMPT], r[AT], r[FENCE] = 'sending', r[ATTEMPT] + 1, now, fence
    setOldest(r)
  end
  return r, nil, false
end

-- oldestMessage returns the head of the mailbox as a list of none or one, and
-- how many wait behind it.
local function oldestMessage()
  local raw = redis.call('LINDEX', mailKey, 0)
  if not raw then
    return {}, 0
  end
  return { readMessage(raw) }, redis.call('LLEN', mailKey) - 1
end

-- grip answers what a new holder needs to go on.
local function grip(again)
  local r = oldestReply(again)
  local out = {}
  for i, raw in ipairs(redis.call('LRANGE', outKey, 0, -1)) do
    out[i] = readReply(raw)
  end
  local session = redis.call('GET', sessionKey)
  local head, waiting = oldestMessage()
  return { 'grip', now, fence, ends, session and { session } or {}, head, waiting, out, r and 1 or 0 }
end

-- rest answers what is left to do after a save or a settlement, and gives the
-- lease back when that is nothing. op names the call, for a repetition of it.
local function rest(op, again)
  local r, wait, sending = oldestReply(again)
  local head, waiting = oldestMessage()
  local released = not r and not sending and #head == 0
  ends = released and 0 or now + leaseMs
  redis.call('HSET', leaseKey, 'ends', ends, 'op', op, 'released', released and 1 or 0)
  redis.call('PEXPIRE', leaseKey, leaseKept)
  if released then
    setDue(wait)
  else
    setDue(ends)
  end
  return { 'ok', now, ends, released and 1 or 0, r and { r } or {}, head, waiting }
end

-- repeated answers a call that was made before under the same name, or nil.
-- A lease that the first call gave back stays given back.
local function repeated(op)
  if lastOp ~= op then
    return nil
  end
  if lastReleased then
    return { 'ok', now, 0, 1, {}, {}, 0 }
  end
  return held() and rest(op, true) or { 'lost' }
end

-- remember keeps a platform id, and the id with its caller's token, in the
-- set of seen ids.
local function remember(member, keptMs, most)
  redis.call('ZADD', seenKey, now, member)
  redis.call('ZREMRANGEBYSCORE', seenKey, '-inf', now - keptMs)
  redis.call('ZREMRANGEBYRANK', seenKey, 0, -most - 1)
  redis.call('PEXPIRE', seenKey, keptMs)
end
