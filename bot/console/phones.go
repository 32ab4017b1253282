package console

import (
	"sync"
	"time"

	"mboka/bot"
)

// bubblesKept is how many messages a chat keeps in sight: more than any
// demonstration has.
const bubblesKept = 400

// Chat names the conversation of one imagined person on one virtual phone.
type Chat struct {
	Channel string `json:"phone"`
	Person  string `json:"person"`
	// Round counts the people who have had the phone under this name: a new one
	// begins with an empty chat and another address.
	Round   int    `json:"round"`
	Address string `json:"-"`
	Number  string `json:"-"` // its telephone number, where the platform tells it
	Logged  string `json:"-"` // what the service's log calls the chat
	// Joined: the person has written the code of an invitation.
	Joined bool `json:"joined,omitempty"`
}

// Change is something that a page has to show: a chat that began, a message
// that is new or was edited in place, or how many messages went to phones that
// nobody holds here. Exactly one of Bubble, Others and Began is set.
type Change struct {
	Seq int64 `json:"-"`
	*Chat
	Began  bool           `json:"began,omitempty"`
	Bubble *Bubble        `json:"bubble,omitempty"`
	Others map[string]int `json:"others,omitempty"` // by channel
}

// Phones are virtual phones side by side, with what stands on them. All of it
// is in memory, and ends with the process. They are safe for concurrent use.
type Phones struct {
	clock func() time.Time
	name  func() string // a new unguessable name

	mu     sync.Mutex
	seq    int64 // of the newest change
	chats  []*chat
	of     map[[2]string]*chat // by channel and address
	media  map[string]Media
	others map[string]int
	told   int64 // the change in which others changed last
	grown  chan struct{}
}

// chat is one conversation. Its changes are kept as the state that they led to,
// so that whoever comes late, or again, gets that and nothing twice.
type chat struct {
	Chat
	began   int64
	number  int // of the newest bubble
	bubbles []*Bubble
	script  script
}

// NewPhones makes virtual phones. clock gives the time that they show, name a
// new unguessable name for each call.
func NewPhones(clock func() time.Time, name func() string) *Phones {
	return &Phones{
		clock: clock, name: name, of: make(map[[2]string]*chat), media: make(map[string]Media),
		others: make(map[string]int), grown: make(chan struct{}),
	}
}

// Watch makes what a channel sends appear on the phones. Call it before the
// channel is used.
func (p *Phones) Watch(c *Channel) { c.phones = p }

// Begin gives a phone to a person, with an address that nobody had before.
func (p *Phones) Begin(c Chat) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, before := range p.chats {
		if before.Channel == c.Channel && before.Person == c.Person {
			c.Round = before.Round + 1
			p.drop(before)
			break
		}
	}
	now := &chat{Chat: c, began: p.next()}
	p.chats = append(p.chats, now)
	p.of[[2]string{c.Channel, c.Address}] = now
	p.wake()
}

// drop takes a chat off its phone. p.mu is held.
func (p *Phones) drop(c *chat) {
	for _, b := range c.bubbles {
		p.forget(b)
	}
	delete(p.of, [2]string{c.Channel, c.Address})
	for i := range p.chats {
		if p.chats[i] == c {
			p.chats = append(p.chats[:i:i], p.chats[i+1:]...)
			return
		}
	}
}

func (p *Phones) forget(b *Bubble) {
	for _, m := range []*Media{b.Picture, b.File} {
		if m != nil {
			delete(p.media, m.Name)
		}
	}
}

func (p *Phones) next() int64 {
	p.seq++
	return p.seq
}

// wake tells who waits for changes. p.mu is held.
func (p *Phones) wake() {
	close(p.grown)
	p.grown = make(chan struct{})
}

// Find gives the chat of a person on a phone.
func (p *Phones) Find(channel, person string) (Chat, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.find(channel, person)
	if c == nil {
		return Chat{}, false
	}
	return c.Chat, true
}

func (p *Phones) find(channel, person string) *chat {
	for _, c := range p.chats {
		if c.Channel == channel && c.Person == person {
			return c
		}
	}
	return nil
}

// Did puts what the person of a chat does on their phone, under the id by which
// the service knows it.
func (p *Phones) Did(c Chat, id string, kind bot.Kind, text string, line Line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	here := p.of[[2]string{c.Channel, c.Address}]
	if here == nil {
		return
	}
	here.script.did(id, line)
	if line.Before != "" {
		here.Joined, here.began = true, p.next()
	}
	b := &Bubble{ID: id, Mine: true, Kind: string(kind), Text: text}
	if kind == bot.Text || kind == bot.Tap {
		b.Kind = ""
	}
	if kind == bot.Tap && here.Channel == telegram { // there a tap leaves no message
		return
	}
	p.add(here, b)
	p.wake()
}

// telegram is the platform where a tap leaves no message of its own.
const telegram = "telegram"

// add puts a bubble at the end of a chat. p.mu is held.
func (p *Phones) add(c *chat, b *Bubble) {
	c.number++
	b.Number, b.At, b.seq = c.number, p.clock(), p.next()
	c.bubbles = append(c.bubbles, b)
	for len(c.bubbles) > bubblesKept {
		p.forget(c.bubbles[0])
		c.bubbles = c.bubbles[1:]
	}
}

// show puts a message of the service on the phone that it is for.
func (p *Phones) show(channel, address, id string, m bot.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.wake()
	c := p.of[[2]string{channel, address}]
	if c == nil {
		p.others[channel]++
		p.told = p.next()
		return
	}
	if m.Notice != "" {
		c.script.arrived(m.Keys)
	}
	b := p.bubble(channel, id, m)
	if m.Edits != "" {
		for i, old := range c.bubbles {
			if old.ID == m.Edits && !old.Mine {
				b.Number, b.At, b.Edited, b.seq = old.Number, old.At, true, p.next()
				c.bubbles[i] = b
				return
			}
		}
	}
	p.add(c, b)
}

// Since lists the changes after one, oldest first, and what is closed when there
// are more. After 0 it is all that there is.
func (p *Phones) Since(after int64) (changes []Change, more <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.chats {
		of := c.Chat
		if c.began > after {
			changes = append(changes, Change{Seq: c.began, Chat: &of, Began: true})
		}
		for _, b := range c.bubbles {
			if b.seq > after {
				shown := *b
				changes = append(changes, Change{Seq: b.seq, Chat: &of, Bubble: &shown})
			}
		}
	}
	if p.told > after {
		others := make(map[string]int, len(p.others))
		for channel, n := range p.others {
			others[channel] = n
		}
		changes = append(changes, Change{Seq: p.told, Others: others})
	}
	sortChanges(changes)
	return changes, p.grown
}

// Media gives a picture or a file by its name.
func (p *Phones) Media(name string) (Media, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m, ok := p.media[name]
	return m, ok
}
