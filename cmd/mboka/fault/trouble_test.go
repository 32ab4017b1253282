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

// troubleProviders lets the platforms misbehave for a while, with a storm in
// which all they say is that it is too much.
func troubleProviders(w *world) {
	heal := w.trouble(25, stormy)
	w.pause(14_000, 14_000)
	heal()
}

// A storm begins and ends so long after the trouble. It asks again and again for
// a second's patience: whoever counts tries instead of time gives up in it.
const (
	stormBegins = 4 * time.Second
	stormEnds   = 13 * time.Second
)

// What trouble is, for trouble.
const (
	stormy = true
	calm   = false
)

// trouble makes so many of a hundred sends go wrong until it is healed. Nobody
// is left without an answer twice in a row: what a reply does then is a matter
// of taste, and no promise.
func (w *world) trouble(percent int, stormy bool) (heal func()) {
	tr := &trouble{w: w, percent: percent, stormy: stormy, begun: time.Now(), rng: rand.New(rand.NewPCG(*seed, 2)), last: map[string]bool{}}
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
	stormy  bool
	begun   time.Time

	mu   sync.Mutex
	rng  *rand.Rand
	last map[string]bool // addresses whose last send got no answer
}

func (tr *trouble) storm() bool {
	age := time.Since(tr.begun)
	return tr.stormy && age > stormBegins && age < stormEnds
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
