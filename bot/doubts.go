package bot

import "sync"

// doubts are the replies that this process has sent again because nobody knew
// whether they had arrived. A reply is doubted once: said twice is better than
// not at all, three times is not. The count of attempts cannot tell, because
// it also counts those that a platform refused; and a process that dies may
// doubt again in its next life, once for each crash.
type doubts struct {
	mu   sync.Mutex
	sent map[string]struct{}
}

// mostDoubts bounds the memory: replies that another replica settles are never
// taken out by name. After so many a few may be sent once more than wanted.
const mostDoubts = 10_000

// first tells whether a reply is doubted for the first time.
func (d *doubts) first(reply string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, again := d.sent[reply]; again {
		return false
	}
	if d.sent == nil || len(d.sent) >= mostDoubts {
		d.sent = make(map[string]struct{})
	}
	d.sent[reply] = struct{}{}
	return true
}

// over forgets a reply whose fate is known.
func (d *doubts) over(reply string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.sent, reply)
}
