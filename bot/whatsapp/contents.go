package whatsapp

import (
	"maps"
	"sync"
)

// Contents says which Content objects exist at Twilio: hash of the definition
// to SID. The zero value is empty and ready; it is safe for concurrent use.
type Contents struct {
	mu   sync.RWMutex
	sids map[string]string
}

// Load replaces everything by what the records hold.
func (c *Contents) Load(known map[string]string) {
	known = maps.Clone(known)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sids = known
}

// SID finds the object of a definition by its hash.
func (c *Contents) SID(hash string) (string, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	sid, ok := c.sids[hash]
	return sid, ok
}

func (c *Contents) put(hash, sid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sids == nil {
		c.sids = map[string]string{}
	}
	c.sids[hash] = sid
}

// drop forgets an object, unless it was replaced in the meantime.
func (c *Contents) drop(hash, sid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sids[hash] == sid {
		delete(c.sids, hash)
	}
}
