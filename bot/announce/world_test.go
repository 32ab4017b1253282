package announce

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/bot"
	"mboka/store"
	"mboka/store/storetest"
)

// midday is a Thursday, awake in Europe and Africa.
var midday = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// phone is a platform that answers as it is told, and remembers what it took.
type phone struct {
	name string
	caps bot.Capabilities

	mu      sync.Mutex
	answers map[string][]error // by address, the next first; nil: taken
	receipt bot.Receipt
	took    []bot.Message
	to      []string
	before  func(bot.Message) // the answer
	latency time.Duration
	sent    func(bot.Message) bot.NoticeKind // which approved text went; nil: that of receipt
}

func (p *phone) Name() string                   { return p.name }
func (p *phone) Capabilities() bot.Capabilities { return p.caps }

func (p *phone) Send(_ context.Context, address string, m bot.Message) (bot.Receipt, error) {
	<-time.After(p.latency)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.before != nil {
		p.before(m)
	}
	if next := p.answers[address]; len(next) > 0 {
		p.answers[address] = next[1:]
		if next[0] != nil {
			return bot.Receipt{}, next[0]
		}
	}
	p.took, p.to = append(p.took, m), append(p.to, address)
	if p.sent != nil {
		return bot.Receipt{ProviderID: p.receipt.ProviderID, Notice: p.sent(m)}, nil
	}
	return p.receipt, nil
}

func (p *phone) answer(address string, errs ...error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[address] = errs
}

func (p *phone) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.took)
}

func refused(o bot.Outcome, code string) *bot.SendError {
	return &bot.SendError{Outcome: o, Code: code, Err: errors.New("as the test says")}
}

// world is records, two platforms, and people.
type world struct {
	t        testing.TB
	url      string
	db       *store.DB
	sending  *Sending
	cfg      SendingConfig
	telegram *phone
	whatsapp *phone
	mu       sync.Mutex
	clock    time.Time
	policy   store.Policy
	people   int
	role     uuid.UUID
	refused  []string // addresses of which a refusal said more than of its message
}

func newWorld(t testing.TB, with ...func(*SendingConfig)) *world {
	t.Helper()
	w := &world{t: t, url: storetest.PostgresURL(t), clock: midday, role: uuid.New(),
		telegram: &phone{name: "telegram", caps: bot.TelegramCapabilities, answers: map[string][]error{}},
		whatsapp: &phone{name: "whatsapp", caps: bot.WhatsAppCapabilities, answers: map[string][]error{}}}
	var err error
	if w.db, err = store.Open(t.Context(), storetest.ServiceURL(t, w.url), storetest.Keys(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.db.Close)
	if w.policy, err = store.NewPolicy(nil); err != nil {
		t.Fatal(err)
	}
	w.cfg = SendingConfig{
		Store: w.db, Channels: []bot.Channel{w.telegram, w.whatsapp}, Reach: Audience.Reach, Clock: w.now,
		Policy: func(context.Context) (store.Policy, error) { return w.policy, nil },
		Refused: func(_ context.Context, _, address, _ string, _ *bot.SendError) {
			w.refused = append(w.refused, address)
		},
	}
	for _, change := range with {
		change(&w.cfg)
	}
	w.sending = NewSending(w.cfg)
	w.sql(`INSERT INTO staff (id, language, joined_at, last_seen_at) VALUES ($1, 'fr', now(), now())`, w.role)
	w.sql(`INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ($1, $1, 'coordinator', 'iom', now())`, w.role)
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

// sql goes behind the store's back.
func (w *world) sql(statement string, args ...any) {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.url)
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(w.t.Context(), statement, args...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(do func(tx *store.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.t.Context(), do); err != nil {
		w.t.Fatal(err)
	}
}

// join makes somebody who agrees to be told, and wrote so long ago.
func (w *world) join(channel, country string, ago time.Duration) (uuid.UUID, string) {
	w.t.Helper()
	address := fmt.Sprintf("%s:+4670%07d", channel, w.people+1)
	return w.settle(channel, address, country, "fr", ago), address
}

// settle makes somebody with an address and a language who agrees to be told.
func (w *world) settle(channel, address, country, language string, ago time.Duration) uuid.UUID {
	w.t.Helper()
	w.people++
	id := uuid.New()
	w.write(func(tx *store.Tx) error {
		return errors.Join(
			tx.CreateMember(w.t.Context(), store.Member{ID: id, Language: language, CreatedAt: midday.AddDate(0, -1, 0)}),
			tx.PutAddress(w.t.Context(), store.Address{Chat: w.db.Keys().Chat(channel, address), MemberID: id, Channel: channel,
				Address: address, CreatedAt: midday.AddDate(0, -1, 0), LastInboundAt: w.now().Add(-ago), LastMessageID: "m"}),
			tx.RegisterMember(w.t.Context(), id, fmt.Sprintf("P%05d", w.people), midday.AddDate(0, -1, 0)),
			tx.PutAnswers(w.t.Context(), id, midday.AddDate(0, -1, 0), []store.Answer{{Step: "country_residence", Codes: []string{country}}}),
		)
	})
	w.consent(id, true)
	return id
}

func (w *world) consent(member uuid.UUID, yes bool) {
	w.t.Helper()
	w.write(func(tx *store.Tx) error {
		return tx.RecordConsent(w.t.Context(), store.Consent{ID: uuid.New(), MemberID: member, Purpose: "missions", Granted: yes,
			NoticeVersion: "1", Language: "fr", Channel: "telegram", At: w.now(), MessageID: uuid.NewString()})
	})
}

// wrote lets somebody write now.
func (w *world) wrote(channel, address string) {
	w.t.Helper()
	w.write(func(tx *store.Tx) error {
		return tx.OpenAddress(w.t.Context(), w.db.Keys().Chat(channel, address), "later", w.now())
	})
}

// announce makes an announcement that was approved and may begin.
func (w *world) announce(change ...func(*store.Mission, *store.Announcement)) uuid.UUID {
	w.t.Helper()
	m := store.Mission{ID: uuid.New(), Kind: store.Awareness, RoleID: w.role, Organisation: store.IOM, Country: "BE", City: "be-brussels", Timezone: "Europe/Brussels",
		StartsAt: midday.AddDate(0, 0, 30), Venue: "Salle", Texts: map[string]store.MissionText{"fr": {Title: "Rencontre", Summary: "Venez."}}, CreatedAt: midday}
	a := store.Announcement{ID: uuid.New(), MissionID: m.ID, Kind: store.AnnounceNotice, RoleID: w.role, Organisation: store.IOM,
		Audience: []byte(`{}`), Status: store.AnnouncementReview, CreatedAt: midday, ValidUntil: m.StartsAt}
	for _, f := range change {
		f(&m, &a)
	}
	w.write(func(tx *store.Tx) error {
		return errors.Join(tx.PutMission(w.t.Context(), m), tx.PutAnnouncement(w.t.Context(), a))
	})
	w.sql(`UPDATE announcement SET status = 'approved', begin_at = $2 WHERE id = $1`, a.ID, midday)
	return a.ID
}

// run tends an announcement and sends what may be sent now, without a queue.
func (w *world) run(id uuid.UUID) {
	w.t.Helper()
	w.tend(id)
	for _, channel := range []string{"telegram", "whatsapp"} {
		if _, err := w.sending.Pump(w.t.Context(), id, channel, w.now().Add(time.Minute)); err != nil {
			w.t.Fatal(err)
		}
	}
	w.tend(id)
}

func (w *world) tend(id uuid.UUID) {
	w.t.Helper()
	if err := w.sending.Tend(w.t.Context(), id); err != nil {
		w.t.Fatal(err)
	}
}

// totals are the counts by state and reason.
func (w *world) totals(id uuid.UUID) map[string]int64 {
	w.t.Helper()
	all, err := w.db.Totals(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]int64{}
	for _, tally := range all {
		key := tally.State
		if tally.Reason != "" {
			key += " " + tally.Reason
		}
		out[key] += tally.N
	}
	return out
}

func (w *world) want(id uuid.UUID, status string, want map[string]int64) {
	w.t.Helper()
	if got := w.totals(id); !maps.Equal(got, want) {
		w.t.Errorf("totals %v, want %v", got, want)
	}
	if a, err := w.db.AnnouncementByID(w.t.Context(), id); err != nil || a.Status != status {
		w.t.Errorf("it is %s, want %s (%v)", a.Status, status, err)
	}
}

// the is the only delivery of an announcement.
func (w *world) the(id uuid.UUID) store.Delivery {
	w.t.Helper()
	rows, err := w.db.Deliveries(w.t.Context(), id)
	if err != nil || len(rows) != 1 {
		w.t.Fatal(rows, err)
	}
	return rows[0]
}
