package figures

import (
	"context"
	"strings"
	"sync"

	"mboka/bot"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// digestStop is what is said beside a rhythm: to be told no more.
const digestStop = "stop"

// rhythms maps folded words of all languages to store.DigestWeek,
// store.DigestMonth or digestStop.
var rhythms = sync.OnceValue(func() map[string]string {
	said := map[string]string{}
	for what, key := range map[string]locales.Key{store.DigestWeek: locales.DigWordWeek, store.DigestMonth: locales.DigWordMonth, digestStop: locales.DigWordStop} {
		for _, lang := range locales.Langs {
			for _, w := range strings.Split(locales.LabelOf(key).In(lang), "|") {
				said[reference.Fold(w)] = what
			}
		}
	}
	return said
})

// subscribe carries out the word: how often somebody is told, or no more. Without
// more it says how that stands.
func (d *Desk) subscribe(ctx context.Context, tx *store.Tx, doing bot.Doing) (map[string]string, error) {
	held, err := tx.Allowed(ctx, doing.Chat, store.GetDigest, doing.Running, doing.At)
	if err != nil {
		return nil, err
	}
	c, err := d.openTo(ctx, tx, doing, held)
	if err != nil {
		return nil, err
	}
	was, has, err := tx.DigestOf(ctx, c.held.ID)
	if err != nil {
		return nil, err
	}
	said := reference.Fold(strings.Trim(doing.Event.Answer.Text, " .!"))
	key := locales.DigHow
	switch what := rhythms()[said]; what {
	case store.DigestWeek, store.DigestMonth:
		if !has || was.Every != what {
			err = tx.BeginDigest(ctx, c.held.ID, what, doing.At)
		}
		key = map[string]locales.Key{store.DigestWeek: locales.DigBegunWeek, store.DigestMonth: locales.DigBegunMonth}[what]
	case digestStop:
		_, err = tx.EndDigest(ctx, c.held.ID)
		key = locales.DigEnded
	default:
		if has {
			key = map[string]locales.Key{store.DigestWeek: locales.DigIsWeek, store.DigestMonth: locales.DigIsMonth}[was.Every]
		}
	}
	if err != nil {
		return nil, err
	}
	return c.say(locales.Text(c.lang, key, nil), "", 0)
}
