package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	random "math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"mboka/flows"
	"mboka/locales"
	"mboka/store"
	"mboka/store/limits"
	"mboka/store/seal"
	"mboka/store/sessions"
)

// Config is what the bot is made of; cmd/mboka joins it. All fields are
// needed, but Holds, Lanes, LookUps, Noticed, Awaited and PublicURL, and from Clock on, where there are defaults.
type Config struct {
	Flows    []*flows.Flow
	Channels []Channel
	Sessions *sessions.Store
	Store    *store.DB
	Keys     *seal.Keys
	// Policy gives the settings in force.
	Policy func(context.Context) (store.Policy, error)
	// Record looks up what is kept about a chat.
	Record func(context.Context, seal.Chat) (Record, error)
	// Facts answer what steps declare to need, by name.
	Facts map[string]Lookup
	// Effects change the records when a flow raises an event, by
	// "flow.event". They run in one transaction with the turn's row.
	Effects map[string]Effect
	// Begins is the one effect that runs before there is a record: it makes
	// it. The others are left out then, so that nothing of a person who said
	// no, or is too young, reaches Postgres. Beside it only a code that is good
	// joins a chat to a record; a wrong one leaves nothing (Refusal).
	Begins string
	// Holds are shared by all replicas: a sender that a platform refused as a
	// whole waits. The names are those of the channels. Nil: nothing is held.
	Holds *limits.Holds
	// Lanes hear of every reply when it is sent, so that bulk gives way. Nil:
	// nobody counts them.
	Lanes *limits.Lanes
	// LookUps find out whether a message of unknown outcome has arrived, by
	// channel; for a channel without one nobody can be asked.
	LookUps map[string]LookUp
	// NoticeHolds is the oldest version of the notice's meaning that a yes to
	// still holds: who agreed to an older one is asked again. Default NoticeHolds.
	NoticeHolds int
	// Noticed hears what became of a notice (Notify), by its id. Nil: nobody
	// asks.
	Noticed func(ctx context.Context, chat seal.Chat, notice string, f NotificationFate) error
	// Picture draws what a reply names as its picture. Nil: none is sent.
	Picture func(ctx context.Context, ref string, lang locales.Lang) (Image, error)
	// Awaited tells, before a notice that could wait (Notification.Waits) is said,
	// whether what it is about is still so, by its id. Nil: it always is.
	Awaited func(ctx context.Context, notice string, about About) (bool, error)
	// Delivered hears what a platform says later of a delivery of an
	// announcement. Nil: nobody asks.
	Delivered func(ctx context.Context, t Told) error
	// PublicURL is where bot/web is reached, for links to it. "": no links.
	PublicURL string

	Clock   func() time.Time
	Chance  func() float64 // in [0, 1), spreads what would come at once; default random
	Token   func() string  // a new name for each call; default random
	Logger  *slog.Logger
	Metrics *Metrics
	Workers int // chats worked on at the same time; default 64
	// Tick is how often the sweeper and the write-behind look; default 1 s.
	Tick time.Duration
	// Patience is how long a message may wait for Postgres before the person is
	// told that it is kept; default 10 s.
	Patience time.Duration
}

// Record is what the records tell of a chat that Redis has no session of.
type Record struct {
	Member   string // "" when nothing is kept
	Language string
	Answers  flows.Answers
	Results  map[string]string // as effects gave them: the member number
	// Roles are those that the chat has taken up, for menus; Staff tells that
	// there were some at any time. StaffSeenAt: when it last wrote.
	Roles       []StaffRole
	Staff       bool
	StaffSeenAt time.Time
	// Gave are the optional forms that the person has come to the end of, and Open
	// those that were left in the middle, the one left last at the end.
	Gave []string
	Open []OpenForm
	// Modules are the answers of those that are done.
	Modules flows.Answers
	// Unfinished tells that the person stopped in the middle of the form.
	Unfinished bool
	// LastInboundAt and LastMessageID are of the last message that was dealt
	// with, as far as the records know.
	LastInboundAt time.Time
	LastMessageID string
	// Away tells that the address has gone out of reach since.
	Away bool
}

// OpenForm is an optional form that was left in the middle.
type OpenForm struct {
	Flow    string
	Answers flows.Answers
}

// Lookup finds a fact for the person of a chat.
type Lookup func(ctx context.Context, q Looking) (flows.Fact, error)

// Looking is what a lookup is told.
type Looking struct {
	Chat    seal.Chat
	Channel string
	Member  string // "" before there is a record
	Lang    locales.Lang
	At      time.Time     // of the message
	Answers flows.Answers // so far, in the flow that needs the fact
}

// LookUp finds a message that may have been taken by its platform since a time.
// found with an error that is a *SendError: it was taken and came to nothing.
// Any other error: nobody can tell now.
type LookUp func(ctx context.Context, address string, m Message, since time.Time) (found bool, err error)

// Effect is what an event does to the records. It must be repeatable: the turn
// row in the same transaction keeps it from being done twice, and its result
// is stored with that row. A result "Member" becomes the session's member.
type Effect func(ctx context.Context, tx *store.Tx, d Doing) (map[string]string, error)

// ResultMember is the result that names the record of the chat from now on.
const ResultMember = "Member"

// Doing is what an effect is told.
type Doing struct {
	Event     flows.Event
	Chat      seal.Chat
	Member    string // "" before there is one
	Channel   string
	Address   string
	Language  string
	MessageID string
	At        time.Time
	Running   store.Organisation // the kind of the organisation that runs the service
	Notice    string             // the version of the privacy notice that the person has read
	Shared    string             // the code of the link by which the person came, "" for none
}

// Bot runs conversations. It is safe for concurrent use.
type Bot struct {
	cfg      Config
	flows    map[string]*flows.Flow
	channels map[string]Channel
	keys     *seal.Keys
	words    map[string]string
	staff    map[string]string // words of staff
	holder   sessions.Holder
	log      *slog.Logger
	metrics  *Metrics
	slots    chan struct{}
	holds    sync.WaitGroup
	closing  atomic.Bool
	skew     atomic.Int64 // Redis's clock minus ours, in nanoseconds
}

// New checks the configuration and makes a bot. holder must be unique per
// process.
func New(cfg Config, holder string) (*Bot, error) {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Token == nil {
		cfg.Token = rand.Text
	}
	if cfg.Chance == nil {
		cfg.Chance = random.Float64
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Metrics == nil {
		cfg.Metrics = NewMetrics(nil)
	}
	if cfg.Workers <= 0 {
		cfg.Workers = 64
	}
	if cfg.Tick <= 0 {
		cfg.Tick = time.Second
	}
	if cfg.NoticeHolds <= 0 {
		cfg.NoticeHolds = NoticeHolds
	}
	if cfg.Patience <= 0 {
		cfg.Patience = 10 * time.Second
	}
	b := &Bot{
		cfg: cfg, flows: make(map[string]*flows.Flow), channels: make(map[string]Channel), keys: cfg.Keys,
		words: commandWords(), staff: staffVocabulary(), holder: sessions.Holder(holder), log: cfg.Logger, metrics: cfg.Metrics,
		slots: make(chan struct{}, cfg.Workers),
	}
	for _, f := range cfg.Flows {
		b.flows[f.ID] = f
	}
	for _, c := range cfg.Channels {
		b.channels[c.Name()] = c
	}
	var faults []error
	for _, id := range []string{FlowRegistration, FlowProfile, FlowMenu, FlowResume, FlowTongue, FlowMyData, FlowErase, FlowComplaint, FlowLink, FlowMerge, FlowStaff, FlowRoles, FlowReturn, FlowAnew, FlowCode,
		FlowConsents, FlowWhoSaw, FlowShare, FlowRequest, FlowMissions, FlowComing, FlowFeedback, FlowAnnounce, FlowChange, FlowAnnounced, FlowRefusal, FlowDirectory, FlowContact, FlowContacted,
		FlowOffer, FlowContribution, FlowFund} {
		if b.flows[id] == nil {
			faults = append(faults, fmt.Errorf("flow %q is missing", id))
		}
	}
	if cfg.NoticeHolds > 1 && (b.flows[FlowNotice] == nil || cfg.Facts[FactAgreed] == nil) {
		faults = append(faults, fmt.Errorf("flow %q or fact %q is missing, and people have to be asked again", FlowNotice, FactAgreed))
	}
	if cfg.Facts[FactCopy] == nil {
		faults = append(faults, fmt.Errorf("fact %q has no lookup", FactCopy))
	}
	for _, f := range cfg.Flows {
		for _, s := range f.Steps {
			for _, need := range s.Needs {
				if need != flows.FactPlace && need != flows.FactStaff && cfg.Facts[need] == nil {
					faults = append(faults, fmt.Errorf("fact %q of flow %q has no lookup", need, f.ID))
				}
			}
		}
	}
	return b, errors.Join(faults...)
}

// Run sweeps and writes behind until ctx ends, then waits for turns under way,
// at most as long as a lease.
func (b *Bot) Run(ctx context.Context) error {
	var loops sync.WaitGroup
	loops.Go(func() { b.every(ctx, b.sweep) })
	loops.Go(func() { b.every(ctx, b.writeBehind) })
	loops.Go(func() { b.every(ctx, b.refresh) })
	<-ctx.Done()
	b.closing.Store(true)
	loops.Wait()
	done := make(chan struct{})
	go func() { b.holds.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(turnLimit):
		return errors.New("turns still running at the end")
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), turnLimit)
	defer cancel()
	b.writeBehind(last)
	return nil
}

// refresh learns of holds that other replicas have met.
func (b *Bot) refresh(ctx context.Context) {
	if err := b.cfg.Holds.Refresh(ctx); err != nil && ctx.Err() == nil {
		b.log.Warn("holds of other replicas not read: is Redis up?", "error", err)
	}
}

// turnLimit bounds one turn and the wait for the last ones.
const turnLimit = 30 * time.Second

func (b *Bot) every(ctx context.Context, do func(context.Context)) {
	ticker := time.NewTicker(b.cfg.Tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			do(ctx)
		}
	}
}

// now is Redis's clock, as far as we know it: never ahead of it, and like its
// answers in whole milliseconds, so that what is accepted after this is not
// taken for older.
func (b *Bot) now() time.Time {
	return b.cfg.Clock().Add(time.Duration(b.skew.Load())).Truncate(time.Millisecond)
}

func (b *Bot) sawClock(redis time.Time) {
	if !redis.IsZero() {
		b.skew.Store(int64(redis.Sub(b.cfg.Clock())))
	}
}
