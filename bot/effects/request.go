package effects

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/registration"
	"mboka/flows/request"
	"mboka/locales"
	"mboka/store"
)

func (r Records) profiles() map[string]bot.Effect {
	return map[string]bot.Effect{
		bot.ChatFlow + "." + bot.OpenAsked:   r.open,
		request.ID + "." + request.Sent:      r.request,
		bot.ChatFlow + "." + bot.ProfilePass: r.passed,
		bot.ChatFlow + "." + bot.RequestEnds: r.lapsed,
	}
}

// named derives the id of a row from the message that made it.
func (r Records) named(what string, d bot.Doing) (uuid.UUID, error) {
	id, err := uuid.FromBytes(r.Keys.Code(what, d.Chat.String()+":"+d.MessageID, 16))
	if err != nil {
		return uuid.Nil, fmt.Errorf("derive %s id: %w", what, err)
	}
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: of our own making
	return id, nil
}

// open shows one profile to the organisation that runs the service.
func (r Records) open(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	id, err := r.named("view", d)
	if err != nil {
		return nil, err
	}
	card, err := tx.OpenProfile(ctx, store.Opening{ID: id, Chat: d.Chat, Running: d.Running, At: d.At, Number: d.Event.Answer.Text})
	if errors.Is(err, store.ErrNotShown) {
		return map[string]string{bot.ResultOutcome: bot.ProfileShut}, nil
	}
	if err != nil {
		return nil, err
	}
	return map[string]string{bot.ResultOutcome: bot.ProfileOpened, bot.ResultCard: cardLines(card, d.Language)}, nil
}

// request asks a member, where there is one to ask; who asks is answered the
// same.
func (r Records) request(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	policy, err := r.Policy(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	id, err := r.named("request", d)
	if err != nil {
		return nil, err
	}
	written := func(step string) string { a, _ := d.Event.Answers.Get(step); return a.Text }
	ends := d.At.Add(policy.RequestLife)
	member, asked, err := tx.AskShare(ctx, store.Asking{
		ID: id, Chat: d.Chat, Running: d.Running, At: d.At, ExpiresAt: ends,
		Number: written(request.Number), Institution: written(request.Institution), Purpose: written(request.Purpose),
	})
	if err != nil {
		return nil, err
	}
	lang, _ := locales.ParseLang(d.Language)
	results := map[string]string{bot.ResultOutcome: bot.ProfileAsked, "Date": locales.Date(lang, ends)}
	if !asked {
		return results, nil
	}
	addresses, err := tx.Addresses(ctx, member)
	if err != nil {
		return nil, err
	}
	var notes []bot.Inbound
	if a, ok := liveliest(addresses); ok {
		notes = append(notes, bot.Inbound{Channel: a.Channel, Address: a.Address, Kind: bot.Asked})
	}
	named, err := bot.Elsewhere(notes)
	if named != "" {
		results[bot.ResultElsewhere] = named
	}
	return results, err
}

// liveliest is the address that wrote last and can be reached: a question of
// this kind stands on one phone, not on all.
func liveliest(addresses []store.Address) (best store.Address, ok bool) {
	for _, a := range addresses {
		if a.UnreachableAt.IsZero() && (!ok || a.LastInboundAt.After(best.LastInboundAt)) {
			best, ok = a, true
		}
	}
	return best, ok
}

// passed gives who asked the profile that a member let them have. Where the yes
// was taken back meanwhile nothing is said: the request ends like any other.
func (r Records) passed(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	asked, err := uuid.Parse(d.Event.Answer.Text)
	if err != nil {
		return nil, fmt.Errorf("request id: %w", err)
	}
	id, err := r.named("view", d)
	if err != nil {
		return nil, err
	}
	card, err := tx.OpenProfile(ctx, store.Opening{ID: id, Chat: d.Chat, Running: d.Running, At: d.At, Request: asked})
	if errors.Is(err, store.ErrNotShown) {
		return map[string]string{bot.ResultOutcome: bot.RequestSettled}, nil
	}
	if err != nil {
		return nil, err
	}
	return map[string]string{
		bot.ResultOutcome: bot.ProfilePassed, bot.ResultCard: cardLines(card, d.Language),
		"Ministère": card.Institution, "But": card.Purpose,
	}, nil
}

// lapsed tells who asked that no profile comes, once, and not why.
func (r Records) lapsed(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	asked, err := uuid.Parse(d.Event.Answer.Text)
	if err != nil {
		return nil, fmt.Errorf("request id: %w", err)
	}
	at, ended, err := tx.EndRequest(ctx, asked, d.Chat, d.At)
	if err != nil {
		return nil, err
	}
	if !ended {
		return map[string]string{bot.ResultOutcome: bot.RequestSettled}, nil
	}
	lang, _ := locales.ParseLang(d.Language)
	return map[string]string{bot.ResultOutcome: bot.RequestFailed, "Date": locales.Date(lang, at)}, nil
}

// cardOrder is the order of the lines of a card.
var cardOrder = []string{registration.Name, "profession_group", "profession", "city_residence", registration.Country, "contribution_types", "target_sector", "offer_text"}

// cardLines writes an opened profile. The group of professions is left out
// where the profession is there.
func cardLines(card store.Card, language string) string {
	lang, _ := locales.ParseLang(language)
	line := func(title locales.Key, value string) string {
		return locales.Text(lang, locales.CardLine, locales.Args{"Title": locales.LabelOf(title), "Label": value})
	}
	lines := []string{line(locales.TNumber, spoken(card.Number))}
	given := map[string]store.Answer{}
	for _, a := range card.Answers {
		given[a.Step] = a
	}
	if _, ok := given["profession"]; ok {
		delete(given, "profession_group")
	}
	for _, step := range cardOrder {
		a, ok := given[step]
		i := slices.IndexFunc(asked(), func(s flows.Step) bool { return s.ID == step })
		if !ok || i < 0 {
			continue
		}
		s := asked()[i]
		var shown []string
		for _, label := range s.Field.Show(flows.Answered{Step: step, Codes: a.Codes, Text: a.Text}) {
			shown = append(shown, label.In(lang))
		}
		if step == "offer_text" { // here it is read for what it says
			shown = []string{a.Text}
		}
		lines = append(lines, line(s.Title, strings.Join(shown, ", ")))
	}
	return strings.Join(lines, "\n")
}
