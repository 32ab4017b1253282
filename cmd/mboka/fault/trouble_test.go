package fault

import (
	"math/rand/v2"
	"sync"
	"time"

	"mboka/bot/telegram/telegramtest"
	"mboka/bot/whatsapp/twiliotest"
	"mboka/store/storetest"
)

func (w *world) proxies() []*storetest.Proxy { return []*storetest.Proxy{w.toRedis, w.toDB} }

// troubleProviders lets the platforms misbehave for a while, with two storms in
// which they only say that it is too much.
func troubleProviders(w *world) {
	heal := w.trouble(25)
	w.pause(12_000, 12_000)
	heal()
}

// trouble makes so many of a hundred sends go wrong until it is healed. Nobody
// is left without an answer twice in a row: what a reply does then is a matter
// of taste, and no promise.
func (w *world) trouble(percent int) (heal func()) {
	tr := &trouble{w: w, percent: percent, begun: time.Now(), rng: rand.New(rand.NewPCG(*seed, 2)), last: map[string]bool{}}
	w.telegram.Trouble(tr.telegram)
	w.twilio.Trouble(tr.twilio)
	w.mu.Lock()
	w.sick++
	w.mu.Unlock()
	return func() {
		w.heals(func() {
			w.telegram.Trouble(nil)
			w.twilio.Trouble(nil)
		})
	}
}

type trouble struct {
	w       *world
	percent int
	begun   time.Time

	mu   sync.Mutex
	rng  *rand.Rand
	last map[string]bool // addresses whose last send got no answer
}

// storm tells whether it is the fourth or the eighth second.
func (tr *trouble) storm() bool {
	second := int(time.Since(tr.begun).Seconds())
	return second == 4 || second == 8
}

// draw chooses one of n faults for a send to somebody, -1 for none. Those from
// unsure on leave it open whether the message arrived.
func (tr *trouble) draw(address string, n, unsure int) int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.storm() {
		return 0
	}
	which := -1
	if tr.rng.IntN(100) < tr.percent {
		which = tr.rng.IntN(n)
	}
	if which >= unsure && tr.last[address] {
		which = -1
	}
	tr.last[address] = which >= unsure
	if which >= unsure {
		tr.w.mu.Lock()
		tr.w.unsure[address]++
		tr.w.mu.Unlock()
	}
	return which
}

func (tr *trouble) telegram(c telegramtest.Call) (telegramtest.Fault, bool) {
	faults := []telegramtest.Fault{
		telegramtest.TooManyRequests(1), telegramtest.Restarting(), telegramtest.OddAfter(),
		telegramtest.BadGateway(), telegramtest.DroppedAfter(), telegramtest.SilentAfter(),
	}
	if c.Method != "sendmessage" {
		return telegramtest.Fault{}, false
	}
	which := tr.draw(c.Params["chat_id"], len(faults), 3)
	if which < 0 {
		return telegramtest.Fault{}, false
	}
	return faults[which], true
}

func (tr *trouble) twilio(to string) twiliotest.Fault {
	faults := []twiliotest.Fault{
		twiliotest.Throttle(time.Second), twiliotest.Refuse(429, 20429),
		twiliotest.Refuse(500, 20500), twiliotest.Page(502), twiliotest.Page(502).Taken(), twiliotest.Cut(), twiliotest.Drop(), twiliotest.Hang(),
	}
	if which := tr.draw(to, len(faults), 2); which >= 0 {
		return faults[which]
	}
	return twiliotest.Fault{}
}
