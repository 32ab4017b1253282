if not held() then
  return { 'lost' }
end
ends = now + leaseMs
redis.call('HSET', leaseKey, 'ends', ends)
setDue(ends)
return { 'ok', now }
