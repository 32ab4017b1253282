package fault

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"mboka/bot/telegram/telegramtest"
	"mboka/bot/whatsapp/twiliotest"
	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

// world is a deployment of its own, with its people.
type world struct {
	t        *testing.T
	rng      *rand.Rand // the scenario's; people have theirs
	keys     *seal.Keys
	db       *store.DB // around the proxy
	dbURL    string
	redis    *redis.Client
	server   *storetest.Server
	postgres *storetest.DBServer // nil where it need not be killed
	toRedis  *storetest.Proxy
	toDB     *storetest.Proxy
	provider []*storetest.Proxy // in front of the platforms, for the time that they take
	telegram *telegramtest.Server
	twilio   *twiliotest.Server
	balancer *balancer
	replicas []*replica
	vars     []string
	over     chan struct{} // closed when the people stop
	haste    bool          // people do not think
	firstDoc string        // the keyset before it was turned
	again    time.Duration // after so long in vain a person writes again

	models  map[string][]string
	members []*member
	idle    int // goroutines of a replica with nothing to do

	mu       sync.Mutex
	sick     int
	healthy  time.Time
	mended   []time.Time // when the world was whole again
	breaches int
	crashes  int
	unsure   map[string]int // per address: sends that were taken and not answered
}

const (
	token   = "123456:test-token"
	account = "AC0123456789abcdef0123456789abcdef"
	auth    = "0123456789abcdef0123456789abcdef"
	hook    = "secret-of-the-webhook"
)

// slow is the pace of the platform: 2 s there. A tap then dies after 15 s in
// vain, and the longest pause between two tries is 6 s.
const slow = 200 * time.Millisecond

// oneWay is how long a request to a platform, and the answer, are on their way.
const oneWay = 40 * time.Millisecond

// newWorld builds a deployment and waits until it is ready.
func newWorld(t *testing.T, needs needs) *world {
	t.Helper()
	w := &world{
		t: t, rng: rand.New(rand.NewPCG(*seed, uint64(len(t.Name())))), again: 12 * time.Second,
		models: map[string][]string{}, unsure: map[string]int{}, healthy: time.Now(), over: make(chan struct{}),
		server: storetest.RedisServer(t), telegram: telegramtest.NewServer(t, token), twilio: twiliotest.NewServer(t, account, auth),
		balancer: newBalancer(t),
	}
	doc, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	if w.keys, err = seal.Parse(doc); err != nil {
		t.Fatal(err)
	}
	url := w.databases(needs)
	w.telegram.SetPace(slow)
	w.twilio.Retries(3)
	w.twilio.Receipts("delivered")
	public := w.balancer.server.URL
	var apis []string
	for _, api := range []string{w.telegram.URL, w.twilio.URL} {
		p := storetest.NewProxy(t, "tcp", strings.TrimPrefix(api, "http://"))
		w.provider, apis = append(w.provider, p), append(apis, "http://"+p.Addr())
	}
	w.twilio.Connect(public, public)
	w.vars = []string{
		"DATABASE_URL=" + url, "REDIS_URL=" + w.redisURL(needs), "MBOKA_PUBLIC_URL=" + public, "MBOKA_KEYSET=" + string(doc),
		"TELEGRAM_BOT_TOKEN=" + token, "TELEGRAM_WEBHOOK_SECRET=" + hook, "TELEGRAM_API_URL=" + apis[0],
		"TWILIO_ACCOUNT_SID=" + account, "TWILIO_AUTH_TOKEN=" + auth, "TWILIO_WHATSAPP_FROM=" + twiliotest.From, "TWILIO_API_URL=" + apis[1],
	}
	w.setupWhatsApp()
	for _, p := range w.provider {
		p.Delay(oneWay)
	}
	for range 2 {
		w.replicas = append(w.replicas, startReplica(t, w.vars))
	}
	w.balancer.serve(w.replicas...)
	for _, r := range w.replicas {
		w.poll("a replica to be ready", r.isReady)
	}
	w.poll("the webhook to be set", func() bool { return len(w.telegram.Calls("setWebhook")) >= 2 })
	w.idle = max(w.replicas[0].goroutines(), w.replicas[1].goroutines())
	return w
}

// usedAccount is Twilio's account after the first setup of this run of tests.
var usedAccount struct {
	sync.Mutex
	kept *twiliotest.Account
}

// setupWhatsApp creates the Content objects as an operator would; after the
// first world they are there, and setup finds them.
func (w *world) setupWhatsApp() {
	usedAccount.Lock()
	defer usedAccount.Unlock()
	if usedAccount.kept != nil {
		w.twilio.Adopt(*usedAccount.kept)
	}
	command(w.t, append([]string{"MBOKA_LISTEN=127.0.0.1:0"}, w.vars...), "whatsapp", "setup")
	if usedAccount.kept == nil {
		account := w.twilio.Account()
		usedAccount.kept = &account
	}
}

// needs are what a scenario breaks.
type needs struct {
	killPostgres bool
	proxies      bool // else the service reaches its stores directly
	awake        bool // nobody has quiet hours
}

func (w *world) databases(needs needs) (url string) {
	w.t.Helper()
	if needs.killPostgres {
		w.postgres = storetest.PostgresServer(w.t)
		url = w.postgres.URL()
	} else {
		url = storetest.PostgresURL(w.t)
	}
	db, err := store.Open(context.Background(), url, w.keys)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(db.Close)
	settings := store.DemoSettings()
	if needs.awake {
		settings["quiet_from"] = "08:00" // until 08:00: never
	}
	for key, value := range settings {
		if err := db.PutSetting(w.t.Context(), key, value, store.ActorOperator, time.Now()); err != nil {
			w.t.Fatal(err)
		}
	}
	w.db, w.dbURL, w.redis = db, url, w.server.Client()
	if needs.proxies {
		w.toDB = storetest.NewProxy(w.t, "unix", storetest.SocketOf(w.t, url))
		url = w.toDB.Through(w.t, url)
	}
	return url
}

func (w *world) redisURL(needs needs) string {
	if !needs.proxies {
		return w.server.URL()
	}
	w.toRedis = storetest.NewProxy(w.t, "tcp", w.server.Addr())
	return "redis://" + w.toRedis.Addr()
}

// populate makes the people of a scenario, a third of them on WhatsApp, after
// one of each kind has shown on each platform what is to be seen.
func (w *world) populate(n int) {
	w.t.Helper()
	w.haste = true
	var models []*member
	for k := range kinds {
		models = append(models, w.person(len(models), &kinds[k], false), w.person(len(models)+1, &kinds[k], true))
	}
	var all sync.WaitGroup
	for _, m := range models {
		all.Go(m.register)
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	if wait(done, patience) {
		close(w.over)
		<-done
	}
	for _, m := range models {
		said, err := m.spoke()
		seen, times := m.seen()
		if err != nil || len(seen) != len(m.kind.lines) || len(said) != len(seen) {
			w.t.Fatalf("%s said %d things and saw %d messages before anything broke (%v):\n%s", m, len(said), len(seen), err, w.about(m))
		}
		for i := range times {
			if times[i] != 1 {
				w.t.Fatalf("%s: message %d of the model stands there %d times", m, i, times[i])
			}
		}
		w.models[m.kind.name+m.phone.channel()] = seen
	}
	w.haste = false
	for i := range n {
		m := w.person(100+i, &kinds[i%len(kinds)], i%3 == 2-i/3%3)
		m.thumb, m.model = i%5 == 0, w.models[m.kind.name+m.phone.channel()]
		w.members = append(w.members, m)
	}
	w.members = append(w.members, models...)
}

func (w *world) person(n int, k *kind, whatsapp bool) *member {
	m := &member{w: w, n: n, kind: k, name: nameOf(n), rng: rand.New(rand.NewPCG(*seed, uint64(n)))}
	if whatsapp {
		m.phone = whatsappPhone{w.twilio, fmt.Sprintf("whatsapp:+3247%07d", n)}
		return m
	}
	chat := int64(7_000_000_000 + n)
	w.telegram.Open(chat, k.lang)
	m.phone = telegramPhone{w.telegram, chat}
	return m
}

// crowd lets the people come over a while, and returns what waits until all are
// through, or until nobody who is not has seen a reply for as long as patience.
func (w *world) crowd(over time.Duration) (finish func()) {
	people := w.members[:len(w.members)-2*len(kinds)]
	var all sync.WaitGroup
	for i, m := range people {
		all.Go(func() {
			if wait(w.over, over*time.Duration(i)/time.Duration(len(people))) {
				m.register()
			}
		})
	}
	return func() {
		done := make(chan struct{})
		go func() { all.Wait(); close(done) }()
		for begun := time.Now(); wait(done, time.Second); {
			if stuck := time.Since(w.lastReply(people, begun)); stuck > patience {
				w.t.Errorf("some people wait for a reply, and none has come for %v", stuck.Round(time.Second))
				break
			}
		}
		close(w.over)
		<-done
	}
}

// lastReply is when the last reply was seen, or begun if that is later.
func (w *world) lastReply(people []*member, begun time.Time) time.Time {
	last := begun
	for _, m := range people {
		m.mu.Lock()
		for _, one := range m.said {
			if one.replied.After(last) {
				last = one.replied
			}
		}
		m.mu.Unlock()
	}
	return last
}

// patience is how long a world may go without any reply while people wait: the
// longest lease, an update's longest pause, and a slow machine.
const patience = time.Minute

// poll asks again and again until something is so.
func (w *world) poll(what string, ok func() bool) bool {
	w.t.Helper()
	return w.within(patience, what, ok)
}

func (w *world) within(limit time.Duration, what string, ok func() bool) bool {
	w.t.Helper()
	return w.withinEvery(20*time.Millisecond, limit, what, ok)
}

// withinEvery is within for what is dear to look at.
func (w *world) withinEvery(every, limit time.Duration, what string, ok func() bool) bool {
	w.t.Helper()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for deadline := time.Now().Add(limit); !ok(); <-ticker.C {
		if time.Now().After(deadline) {
			w.t.Errorf("waited %v in vain for %s", limit, what)
			return false
		}
	}
	return true
}

// ask gives one number of the records.
func (w *world) ask(sql string) (n int, err error) {
	conn, err := pgx.Connect(w.t.Context(), w.dbURL)
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.Background())
	err = conn.QueryRow(w.t.Context(), sql).Scan(&n)
	return n, err
}
