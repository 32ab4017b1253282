package figures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mboka/bot"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// funnel answers the word for it, with a language or a channel behind it, or an
// earlier figure to compare with.
func (d *Desk) funnel(ctx context.Context, tx *store.Tx, doing bot.Doing) (map[string]string, error) {
	held, err := tx.Allowed(ctx, doing.Chat, store.ReadFunnel, doing.Running, doing.At)
	if err != nil {
		return nil, err
	}
	c, err := d.openTo(ctx, tx, doing, held)
	if err != nil {
		return nil, err
	}
	words, id := since(doing.Event.Answer.Text)
	split, ok := splitOf(words)
	if !ok {
		return c.say(locales.Text(c.lang, locales.FunnelHow, locales.Args{"Word": strings.TrimSpace(words), "Command": firstOf(locales.CmdFunnel, c.lang)}), "", 0)
	}
	q, earlier := Query{Measure: Funnel, Split: split}, (*Figure)(nil)
	if id != "" {
		was, found, err := tx.FigureByID(ctx, id)
		if err != nil {
			return nil, err
		}
		f, err := onRecord(was)
		if !found || err != nil || f.Query.Measure != Funnel {
			return c.say(locales.Text(c.lang, locales.FigNoId, nil), "", 0)
		}
		earlier = &f
		if split == "" {
			q = f.Query
		}
	}
	return c.funnel(q, earlier)
}

// splitOf reads what stands behind the word. False: it says something else.
func splitOf(words string) (Split, bool) {
	words = folded(words)
	for _, first := range []string{"par ", "by ", "na ", "kolanda "} {
		words = strings.TrimPrefix(words, first)
	}
	if words == "" {
		return "", true
	}
	for split, key := range map[Split]locales.Key{ByLanguage: locales.FunnelWordsLanguage, ByChannel: locales.FunnelWordsChannel} {
		for _, lang := range locales.Langs {
			named := strings.Split(locales.LabelOf(key).In(lang), "|")
			if slices.ContainsFunc(named, func(w string) bool { return reference.Fold(w) == words }) {
				return split, true
			}
		}
	}
	return "", false
}

// firstOf is a word to print.
func firstOf(key locales.Key, lang locales.Lang) string {
	word, _, _ := strings.Cut(locales.LabelOf(key).In(lang), "|")
	return word
}

// funnel keeps what was published of the last period as a figure, and says it.
func (c *counter) funnel(q Query, earlier *Figure) (map[string]string, error) {
	now, found, err := c.tx.CurrentSnapshot(c.ctx) // figures on record belong to one
	if err != nil {
		return nil, err
	}
	last, published, err := c.tx.LastFunnelPeriod(c.ctx)
	if err != nil {
		return nil, err
	}
	if !found || !published {
		return c.say(locales.Text(c.lang, locales.FunnelNone, locales.Args{"K": c.rules.K}), "", 0)
	}
	var tables map[Split]Published
	if err := json.Unmarshal(last.Published, &tables); err != nil {
		return nil, fmt.Errorf("read funnel: %w", err)
	}
	p, ok := tables[q.Split]
	if !ok {
		return c.say(locales.Text(c.lang, locales.FunnelFew, locales.Args{"Command": firstOf(locales.CmdFunnel, c.lang)}), "", 0)
	}
	f := Figure{Taken: now.TakenAt, Query: q, Published: p}
	if f.ID, err = c.keep(&Snapshot{ID: now.ID}, f, false); err != nil {
		return nil, err
	}
	c.picture = f.ID
	text := f.Say(c.lang, c.rules).Text()
	if earlier != nil {
		text += "\n\n" + f.Since(*earlier, c.lang, c.rules)
	}
	return c.say(text, f.ID, p.size())
}

// mayRead tells whether who asks may read a figure on record: each role its own.
func (c *counter) mayRead(q Query) (bool, error) {
	switch {
	case q.Measure == Funnel:
		_, err := c.tx.Allowed(c.ctx, c.d.Chat, store.ReadFunnel, c.d.Running, c.d.At)
		if errors.Is(err, store.ErrNotAllowed) {
			return false, nil
		}
		return err == nil, err
	case q.Measure == Results:
		return true, nil
	}
	return !c.onlyResults, nil
}
