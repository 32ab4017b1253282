if ends > now then
  setDue(ends)
  return { 'held', now }
end
take('')
return grip(false)
