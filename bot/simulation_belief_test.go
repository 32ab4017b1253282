package bot_test

import (
	"maps"
	"slices"
	"strings"
	"time"

	"mboka/bot"
	"mboka/flows/registration"
	"mboka/locales"
)

// belief is what a member knows from the bot's own words alone: which question
// is asked, and what was taken for their answers. Postgres must hold the same.
type belief struct {
	lang  string // "" before the bot has spoken
	flow  string // asked now; "" when nothing is
	step  string
	said  []string // catalogue keys of the last reply
	shown bot.Message

	runs    map[string]string   // flow of a run, from buttons
	open    map[string]string   // question last asked, by flow
	chosen  map[string]bool     // payloads tapped before
	ticks   map[string][]string // by flow
	run     map[string]string   // the run last seen, by flow
	pending map[string]value    // what a yes would record, by flow
	asks    map[string]string   // the button of that yes, by flow
	misses  int                 // in a row, at one question

	answers  map[string]value
	forks    map[string]string // what else was chosen, by step
	skipped  map[string]bool
	consent  string // id of the message that said yes to the notice
	record   bool   // an adult's age is in: there is a record
	counted  bool
	number   string
	missions string // "", yes, no
	coded    bool   // the recovery code was given

	paused  bool      // asked for a pause: what is written in it is not read
	lost    bool      // Redis has forgotten the chat, and nothing was said since
	running bool      // the form is under way or waits
	drafted bool      // it stands in the records where the form stands
	stands  string    // the question at which it stands there
	saved   time.Time // when the bot last kept anything of this chat
}

func newBelief() belief {
	return belief{runs: map[string]string{}, open: map[string]string{}, chosen: map[string]bool{},
		forks: map[string]string{}, ticks: map[string][]string{}, asks: map[string]string{}, pending: map[string]value{}, run: map[string]string{},
		answers: map[string]value{}, skipped: map[string]bool{}}
}

// forget is after a refusal, an erasure, a minor's age: nothing is kept.
func (b *belief) forget() {
	lang, shown := b.lang, b.shown
	*b = newBelief()
	b.lang, b.shown = lang, shown
}

// lose is when Redis has dropped the session: what stands in the records stays.
func (b *belief) lose() {
	kept := newBelief()
	kept.answers, kept.consent, kept.record, kept.counted = b.answers, b.consent, b.record, b.counted
	kept.number, kept.missions, kept.coded, kept.saved = b.number, b.missions, b.coded, b.saved
	kept.chosen, kept.runs = b.chosen, b.runs // the phone still shows them
	if b.record {
		kept.lang = b.lang
		if b.drafted {
			kept.drafted, kept.skipped, kept.stands = true, b.skipped, b.stands
			kept.running = b.unfinished()
		}
	} else {
		kept.answers, kept.consent = map[string]value{}, ""
	}
	if kept.running {
		kept.open[registration.ID] = kept.gap()
	}
	kept.lost = true
	*b = kept
}

// unfinished tells whether the records say that the form is not at its end:
// who has the code and stands at the summary has said all there is.
func (b *belief) unfinished() bool {
	return b.drafted && !(b.coded && b.stands == registration.Summary)
}

// take keeps an answer, and drops those that hang on it.
func (b *belief) take(flow, step string, v value) {
	old, had := b.answers[step]
	b.answers[step] = v
	delete(b.skipped, step)
	if flow == "profile" && b.open["registration"] == step {
		delete(b.open, "registration") // the form goes on by itself, to where it will say
		b.stands = ""
	}
	delete(b.ticks, flow)
	if !had || !old.same(v) {
		for _, d := range dependents(step, b.answers) {
			delete(b.answers, d)
			delete(b.skipped, d)
		}
	}
}

// gap is the question at which the form goes on.
func (b *belief) gap() string {
	for i, q := range questions {
		if _, answered := b.answers[q.ID]; !answered && !b.skipped[q.ID] && asked(q.ID, b.answers) {
			if i >= len(registration.Required()) && b.stands == registration.Counted {
				break
			}
			return q.ID
		}
		if i == len(registration.Required())-1 && (!b.counted || b.stands == registration.Counted) {
			return registration.Counted
		}
	}
	return registration.Summary
}

// language is the one that is spoken.
func (b *belief) language() locales.Lang {
	lang, _ := locales.ParseLang(b.lang)
	return lang
}

func (b *belief) has(keys ...locales.Key) bool {
	return slices.ContainsFunc(keys, func(k locales.Key) bool { return slices.Contains(b.said, string(k)) })
}

// body is the key of the question last asked.
func (b *belief) body() locales.Key {
	if len(b.said) == 0 {
		return ""
	}
	return locales.Key(b.said[len(b.said)-1])
}

// doubtful are the questions that ask back.
var doubtful = []locales.Key{locales.Suggest, locales.DidYouMeanWhich, locales.AgeConfirm, locales.CityKeepAsk, locales.CommandOrAnswer}

// askedBack tells whether the bot is not sure what was meant.
func (b *belief) askedBack() bool { return slices.Contains(doubtful, b.body()) }

// row is a choice as the person sees it: a button, or a numbered line.
type row struct {
	mark, code, label, payload string
}

// rows are the choices of the last message.
func (b *belief) rows() []row {
	var out []row
	for i, c := range b.shown.Choices {
		_, _, code, _ := bot.ReadPayload(c.Payload)
		r := row{code: bare(code), label: c.Label, payload: c.Payload}
		if i < len(b.shown.Marks) {
			r.mark = b.shown.Marks[i]
		}
		out = append(out, r)
	}
	if len(out) > 0 || b.shown.Layout == bot.Plain && b.has(locales.Summary, locales.ProfileTitle, locales.Mydata) {
		return out
	}
	for line := range strings.Lines(b.shown.Text) {
		mark, rest, found := strings.Cut(strings.TrimSpace(line), ". ")
		if n := numerals[mark]; found && (n > 0 && len(mark) < 3 || len(mark) == 1 && mark[0] >= 'A' && mark[0] <= 'J') {
			out = append(out, row{mark: mark, label: rest})
		}
	}
	return out
}

// action is the payload of a button beside the answers.
func (b *belief) action(code string) string {
	for _, c := range b.shown.Actions {
		if strings.HasSuffix(c.Payload, "."+code) {
			return c.Payload
		}
	}
	return ""
}

// payloads are all buttons of the last message.
func (b *belief) payloads() []string {
	var out []string
	for _, c := range slices.Concat(b.shown.Choices, b.shown.Actions) {
		out = append(out, c.Payload)
	}
	return out
}

// known are the answers, for lists that hang on one.
func (b *belief) known() map[string]value { return maps.Clone(b.answers) }
