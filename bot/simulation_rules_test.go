package bot_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/registration"
	"mboka/locales"
)

// checkSilence: nothing is said only to an answer that stands, to a text that
// was written before the reply to another, and where nobody can hear it.
func (m *member) checkSilence(a act, early bool) {
	b := &m.b
	switch a.in.Kind {
	case bot.Blocked, bot.Unblocked:
		return
	case bot.Tap:
		run, step, code, _ := bot.ReadPayload(a.in.Payload)
		if b.chosen[a.in.Payload] || slices.Contains(b.answers[step].codes, bare(code)) ||
			code == string(flows.Done) && len(b.answers[step].codes) > 0 || code == string(flows.Skip) && b.skipped[step] ||
			b.forks[b.runs[run]+"."+step] == code {
			return
		}
	case bot.Text:
		if early || a.in.Payload == bot.OptOut {
			return
		}
	}
	m.fail("no reply to %s", described(a))
}

// checkReply: a reply is in the member's language, says what its keys say, fits
// the platform, and offers a way on.
func (m *member) checkReply(a act, r reply, lang string) {
	b := &m.b
	if b.lang != "" && r.Language != b.lang {
		m.fail("the reply is in %s, %s was spoken", r.Language, b.lang)
	}
	speaks, ok := locales.ParseLang(r.Language)
	if strings.TrimSpace(r.Text) == "" || !ok {
		m.fail("the reply is empty: %q in %q", r.Text, r.Language)
	}
	if strings.Contains(r.Text, "{{") || strings.Contains(r.Text, "⟦") {
		m.fail("the text has holes: %q", r.Text)
	}
	length := utf8.RuneCountInString
	if m.caps.UTF16 {
		length = func(s string) int { return len(utf16.Encode([]rune(s))) }
	}
	if n := length(r.Text); n > m.caps.Text || len(r.Choices) > 0 && n > m.caps.Body {
		m.fail("the reply is too long: %d", n)
	}
	if !strings.HasSuffix(r.Text, "…") {
		for _, key := range r.said {
			if !speaksAs(r.Text, speaks, locales.Key(key)) {
				m.fail("%s is not said in %s: %q", key, r.Language, r.Text)
			}
		}
	}
	m.checkChoices(r, speaks)
	words := r.has(locales.StopReply, locales.StopReplyPaused, locales.StopNothing, locales.LaterOk, locales.Under18, locales.Declined, locales.EraseDone, locales.WithdrawnNote)
	if _, asks := stepOf(r.flow, r.step); !asks && !words {
		m.fail("no way on after %v", r.said)
	}
}

// checkChoices: buttons are as many and as long as the platform takes, in the
// member's language, and lead where they say.
func (m *member) checkChoices(r reply, lang locales.Lang) {
	most, title := m.caps.Buttons, m.caps.ButtonTitle
	if r.Layout == bot.List {
		most, title = m.caps.Rows, m.caps.RowTitle
	}
	if len(r.Choices) > 0 && (len(r.Choices) > most || r.Layout == bot.Plain) || len(r.Actions) > 0 && !m.caps.Actions {
		m.fail("%d choices as %q", len(r.Choices), r.Layout)
	}
	s, _ := stepOf(r.flow, r.step)
	for _, c := range slices.Concat(r.Choices, r.Actions) {
		_, step, code, ok := bot.ReadPayload(c.Payload)
		if !ok || step != r.step || c.Label == "" || utf8.RuneCountInString(c.Label) > title {
			m.fail("button %+v under %s", c, r.step)
		}
		if want := label(s, m.b.answers, bare(code), lang); want != "" && c.Label != want {
			m.fail("row %q is not %q", c.Label, want)
		}
	}
}

// pieces are the fixed parts of a text, in each of its plural forms.
var pieces = sync.OnceValue(func() map[locales.Lang]map[locales.Key][][]string {
	all := map[locales.Lang]map[locales.Key][][]string{}
	for _, lang := range locales.Langs {
		all[lang] = map[locales.Key][][]string{}
		for _, key := range locales.Keys() {
			for _, n := range []int{1, 5, 1_000_000} {
				args := locales.Args{}
				for _, f := range locales.Fields(lang, key) {
					args[f] = "\x00"
				}
				if _, counts := args["N"]; counts {
					args["N"] = locales.Count{N: n, Shown: "\x00"}
				}
				all[lang][key] = append(all[lang][key], strings.Split(locales.Text(lang, key, args), "\x00"))
			}
		}
	}
	return all
})

func speaksAs(text string, lang locales.Lang, key locales.Key) bool {
	return slices.ContainsFunc(pieces()[lang][key], func(parts []string) bool {
		return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(text, strings.TrimSpace(p)) })
	})
}

var missKeys = []locales.Key{locales.NotUnderstood, locales.NotUnderstoodBand, locales.MissPlace, locales.MissSeveral, locales.TextTooLong, locales.TextUnreadable, locales.ConsentExact, locales.TooMany}

// checkMisses: after the second miss in a row a question says how to get out,
// or shows all that can be chosen.
func (m *member) checkMisses(a act, r reply) {
	b := &m.b
	if !r.has(missKeys...) || a.in.Kind != bot.Text || !r.stays(b.flow, b.step) {
		b.misses = 0
		return
	}
	b.misses++
	s, _ := stepOf(r.flow, r.step)
	if b.misses < 2 {
		return
	}
	m.saw("two misses")
	if s.Kind == flows.Question && !r.has(locales.WayOut, locales.WayOutSkip) || s.Kind != flows.Question && len(r.Choices) == 0 {
		m.fail("no way out of %s after %d misses", s.ID, b.misses)
	}
}

// checkEnds: nothing ends for good unless the member said so, and what they
// said ends it.
func (m *member) checkEnds(r reply, ends bool) {
	last := r.has(locales.Under18, locales.Declined, locales.EraseDone, locales.Thanks)
	if r.has(locales.StopNothing) && m.b.record {
		m.fail("a member on record is told that there is nothing to stop")
	}
	// Who has said stop is not asked about announcements any more, which is
	// where the form ends else.
	decided := r.has(locales.Thanks) && m.b.missions != ""
	if last && !ends && !decided {
		m.fail("it ended with %v without a word for it", r.said)
	}
	if ends && !last && !r.has(locales.Updated) {
		m.fail("it goes on with %v after an end", r.said)
	}
}

var (
	numberSaid = regexp.MustCompile(`\b[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}\b`)
	codeSaid   = regexp.MustCompile(`\b[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}\b`)
)

// checkSummary: the member number never changes, there is one recovery code,
// and every list of the answers is that of the answers given.
func (m *member) checkSummary(r reply) {
	b := &m.b
	if code := codeSaid.FindString(r.Text); code != "" {
		if b.coded {
			m.fail("a second recovery code")
		}
		b.coded = true
		m.saw("registered to the end")
	} else if number := numberSaid.FindString(r.Text); number != "" && r.has(locales.Counted, locales.Mydata) {
		if b.number != "" && number != b.number {
			m.fail("the number was %s and is %s", b.number, number)
		}
		b.number = number
	}
	if r.has(locales.Counted) {
		for _, q := range registration.Required() {
			if b.answers[q.ID].none() {
				m.fail("counted without %s", q.ID)
			}
		}
		if b.number == "" {
			m.fail("counted without a number: %q", r.Text)
		}
		b.counted = true
	}
	if !r.has(locales.Summary, locales.ProfileTitle, locales.Mydata) {
		return
	}
	lang, n := m.b.language(), 0
	for _, q := range questions {
		v, answered := b.answers[q.ID]
		if !answered && r.has(locales.Mydata) || !asked(q.ID, b.answers) {
			continue
		}
		n++
		shown := locales.Text(lang, locales.SummaryUnanswered, nil)
		if answered {
			shown = display(&q, v, lang)
		}
		line := locales.Text(lang, locales.SummaryLine, locales.Args{"Line": strconv.Itoa(n), "Title": locales.LabelOf(q.Title), "Label": shown})
		if !strings.Contains(r.Text, line+"\n") && !strings.HasSuffix(r.Text, "…") {
			m.fail("the list lacks %q: %q", line, r.Text)
		}
	}
}

// checkReturn: who comes back after Redis has forgotten them goes on at the
// first gap; who is not on record begins anew.
func (m *member) checkReturn(a act, r reply) {
	b := &m.b
	lost := b.lost
	b.lost = false
	if !lost || a.in.Kind != bot.Text || a.in.Payload != "" || a.command != "" && a.command != "start" {
		return
	}
	unfinished, gap := b.unfinished(), b.gap()
	switch {
	case !b.record:
		if !r.stays(registration.ID, registration.Language) {
			m.fail("a stranger comes to %s.%s", r.flow, r.step)
		}
	case r.has(locales.LostFound):
		m.saw("went on after a loss")
		if !unfinished || !r.stays(registration.ID, gap) {
			m.fail("after a loss the form goes on at %s.%s, not at %s", r.flow, r.step, gap)
		}
	case r.flow == "resume":
		q, is := question(gap)
		if lang, _ := locales.ParseLang(r.Language); !unfinished || is && !strings.Contains(r.Text, locales.LabelOf(q.Ask).In(lang)) {
			m.fail("the offer to go on after a loss is %q, not %s", r.Text, gap)
		}
	case unfinished:
		m.fail("the form that stands at %s is lost: %s.%s", gap, r.flow, r.step)
	}
}
