package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"mboka/bot"
	"mboka/bot/whatsapp"
	"mboka/store"
	"mboka/store/limits"
)

type whatsappTemplatesCmd struct{}

// Run asks Twilio how far WhatsApp is with each text, and changes nothing there.
func (whatsappTemplatesCmd) Run(e *world) error {
	return withWhatsApp(e, func(at atTwilio) error {
		known, err := at.db.Templates(e.ctx)
		if err != nil {
			return err
		}
		states, err := at.channel.RefreshTemplates(e.ctx, known, saveTemplate(e.ctx, at.db))
		printTemplates(e.out, states)
		return err
	})
}

func saveTemplate(ctx context.Context, db *store.DB) func(store.Template) error {
	return func(t store.Template) error { return db.PutTemplate(ctx, t) }
}

// submitTemplates creates and submits the texts that are not there yet.
func submitTemplates(e *world, at atTwilio) error {
	known, err := at.db.Templates(e.ctx)
	if err != nil {
		return err
	}
	states, err := at.channel.SetupTemplates(e.ctx, known, saveTemplate(e.ctx, at.db))
	printTemplates(e.out, states)
	return err
}

// printTemplates is a table of all kinds: how far each text is, or why there is
// none.
func printTemplates(out io.Writer, states []whatsapp.TemplateState) {
	fmt.Fprintln(out, "\nTexts for people who have not written for a day (WhatsApp approves each, mostly within minutes):")
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  KIND\tLANGUAGE\tCATEGORY\tSTATE\tNAME")
	for _, n := range whatsapp.Notices() {
		if n.Category == "" {
			fmt.Fprintf(w, "  %s\t\t\tparked\t%s\n", n.Kind, n.Why)
			continue
		}
		for _, s := range states {
			if s.Kind != n.Kind {
				continue
			}
			category, state := s.Category, "missing"
			if s.Row.SID != "" {
				category, state = s.Row.Category, s.Row.State
			}
			if s.Reason != "" {
				state += ": " + s.Reason
			}
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\n", s.Kind, s.Language, category, state, s.Row.Name)
		}
	}
	_ = w.Flush() // out has already failed if this does
}

// templates tells which texts cannot be sent, and what to do.
func (d *doctor) templates(s *stores) {
	known, err := s.db.Templates(d.e.ctx)
	if err != nil {
		d.bad("templates", err, "is the database up?")
		return
	}
	bad, waiting, good := map[string][]string{}, 0, 0
	for _, t := range whatsapp.TemplateStates(known) {
		what := string(t.Kind) + " " + t.Language
		switch {
		case t.Row.SID == "" || t.Row.State == whatsapp.StateUnsubmitted:
			bad["missing"] = append(bad["missing"], what)
		case t.Row.State == whatsapp.StateApproved:
			good++
		case t.Row.State == "received" || t.Row.State == "pending":
			waiting++
		default:
			bad[t.Row.State] = append(bad[t.Row.State], what)
		}
	}
	todo := map[string]string{"missing": "mboka whatsapp setup"}
	for _, state := range slices.Sorted(maps.Keys(bad)) {
		do, ok := todo[state]
		if !ok {
			do = "see the reason with `mboka whatsapp templates`; a changed text gets a new name at the next `mboka whatsapp setup`"
		}
		d.warn("templates", fmt.Sprintf("%s: %s; such notices wait until the person writes", state, strings.Join(bad[state], ", ")), do)
	}
	if waiting > 0 {
		d.warn("templates", fmt.Sprintf("%d wait for WhatsApp's approval", waiting), "`mboka serve` asks every 10 minutes")
	}
	d.ok("templates", "%d of %d approved", good, len(whatsapp.Templates()))
}

// Names and rhythm of the two chores about templates.
const (
	templatesName = "whatsapp templates"
	approvedName  = "whatsapp approved texts"
)

// templateChores keep the approved texts in use: one replica asks Twilio, each
// reads the records.
func (s service) templateChores() []chore {
	ch, db := s.on.whatsapp, s.stores.db
	ask := func(ctx context.Context) error {
		known, err := db.Templates(ctx)
		if err != nil {
			return err
		}
		was := map[string]string{}
		for _, t := range known {
			was[t.Hash] = t.State
		}
		states, err := ch.RefreshTemplates(ctx, known, saveTemplate(ctx, db))
		for _, t := range states {
			if before := was[t.Hash()]; t.Row.State != before {
				s.log.Info(templatesName, "kind", t.Kind, "language", t.Language, "name", t.Row.Name, "before", before, "state", t.Row.State)
			}
		}
		return err
	}
	read := func(ctx context.Context) error {
		known, err := db.Templates(ctx)
		if err == nil {
			ch.UseTemplates(known)
		}
		return err
	}
	free := func(ctx context.Context) (context.Context, func(), error) { return ctx, func() {}, nil }
	return []chore{
		{name: templatesName, every: s.tempo.templates, do: ask, guard: s.stores.sessions.Guard(templatesName), log: s.log},
		{name: approvedName, every: min(s.tempo.templates, time.Minute), do: read, guard: free, log: s.log},
	}
}

// first asks whether somebody may be written to who has not written for a day:
// WhatsApp bounds how many people that are in 24 hours.
func (s service) first(ctx context.Context, n store.OpenNotification) (bool, error) {
	ch := s.on.whatsapp
	if ch == nil || n.Channel != ch.Name() || s.tempo.clock().Sub(n.HeardAt) <= ch.Capabilities().Window || !ch.Template(noticeKinds[n.Kind], n.Language) {
		return true, nil
	}
	policy, err := s.stores.settings.Policy(ctx)
	if err != nil {
		return false, err
	}
	ok, _, err := limits.NewTier(s.stores.redis, "mboka").Take(ctx, n.Channel, n.Chat.String(), policy.WhatsAppTier)
	return ok, err
}

// withTemplates is the channel whose platform takes approved texts, nil if it is
// off.
func withTemplates(channels []bot.Channel) *whatsapp.Channel {
	for _, c := range channels {
		if w, ok := c.(*whatsapp.Channel); ok {
			return w
		}
	}
	return nil
}

// approvedBy tells by which notices people can be told who have not written.
func approvedBy(channels []bot.Channel) func(string, bot.NoticeKind, string) bool {
	w := withTemplates(channels)
	return func(channel string, kind bot.NoticeKind, language string) bool {
		return w != nil && channel == w.Name() && w.Reaches(kind, language)
	}
}

// marketingBy tells which texts WhatsApp counts as marketing. One that is not
// approved does not go: the stub that takes its place is none.
func marketingBy(channels []bot.Channel) func(string, bot.NoticeKind, string) bool {
	w := withTemplates(channels)
	return func(channel string, kind bot.NoticeKind, language string) bool {
		return w != nil && channel == w.Name() && w.Template(kind, language) && w.Marketing(kind, language)
	}
}

// noticeKinds are the kinds of approved texts for what jobs say.
var noticeKinds = map[string]bot.NoticeKind{
	store.NotificationRetention:  bot.NoticeRetention,
	store.NotificationRoleLapsed: bot.NoticeRoleLapse,
}

// atTwilio is what a command at Twilio works with.
type atTwilio struct {
	cfg     config
	channel *whatsapp.Channel
	db      *store.DB
}

// withWhatsApp does something at Twilio for an operator.
func withWhatsApp(e *world, do func(atTwilio) error) error {
	cfg, err := readConfig(e.vars, need{database: true, channels: true})
	if err != nil {
		return err
	}
	if !cfg.whatsapp() {
		return &configError{faults: []string{"TWILIO_ACCOUNT_SID is missing: WhatsApp is off"}}
	}
	db, err := store.Open(e.ctx, cfg.DatabaseURL, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	ch, err := openWhatsApp(e.ctx, cfg, db, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return do(atTwilio{cfg, ch, db})
}
