package fault

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"mboka/store"
)

// judge looks at everything after the world has healed and the people are
// through, and gives the figures. allowed is how many repeats a chat may see.
func (w *world) judge(name string, allowed func(*member) int, begun time.Time) figures {
	w.t.Helper()
	w.settled()
	f := figures{scenario: name, people: len(w.members), breaches: w.breaches, crashes: w.crashes, tally: w.balancer.count()}
	wrong := 0
	for _, m := range w.members {
		said, err := m.spoke()
		_, times := m.seen()
		repeats := 0
		for _, n := range times {
			repeats += n - 1
		}
		f.messages += len(said)
		f.lost += m.lost
		f.repeats += repeats
		f.most = max(f.most, repeats)
		f.recovery = max(f.recovery, w.recovery(said))
		for _, one := range said {
			f.slowest = max(f.slowest, one.replied.Sub(one.at))
		}
		faults := m.faults(said, err)
		if most := allowed(m); repeats > most {
			faults = append(faults, fmt.Sprintf("%d repeats, at most %d are right", repeats, most))
		}
		if len(faults) == 0 {
			faults = w.record(m)
		}
		if len(faults) > 0 {
			if wrong++; wrong <= 5 {
				w.t.Errorf("%s:\n%s\n%s", m, strings.Join(faults, "\n"), w.about(m))
			}
		}
	}
	if wrong > 5 {
		w.t.Errorf("and %d people more", wrong-5)
	}
	w.numbers()
	w.leaks()
	w.logs()
	f.took = time.Since(begun)
	table.add(f)
	if f.slowest503 > soon503 {
		w.t.Errorf("a webhook was answered 503 after %v, %v is the most", f.slowest503, soon503)
	}
	return f
}

// soon503 is how long the refusal of a webhook may take: Twilio leaves after
// 4 s, and the 503 must still be heard.
const soon503 = 3500 * time.Millisecond

// faults compares the phone with the model.
func (m *member) faults(said []message, err error) []string {
	var faults []string
	if err != nil {
		faults = append(faults, err.Error())
	}
	seen, _ := m.seen()
	if len(said) < len(m.kind.lines) || len(said) > 0 && said[len(said)-1].replied.IsZero() {
		last := "nothing"
		if len(said) > 0 {
			last = fmt.Sprintf("%q at %s", said[len(said)-1].what, said[len(said)-1].at.UTC().Format(clock))
		}
		faults = append(faults, fmt.Sprintf("stopped after %d of %d things, the last was %s", len(said), len(m.kind.lines), last))
	}
	for i := range min(len(seen), len(m.model)) {
		if seen[i] != m.model[i] {
			return append(faults, fmt.Sprintf("message %d on the phone is\n%s\nand not\n%s", i, indent(seen[i]), indent(m.model[i])))
		}
	}
	if m.model != nil && len(seen) > len(m.model) {
		faults = append(faults, fmt.Sprintf("the phone shows %d messages more than it should, such as\n%s", len(seen)-len(m.model), indent(seen[len(m.model)])))
	}
	return faults
}

// record compares what was said, and what the phone shows, with the records.
func (w *world) record(m *member) []string {
	ctx := w.t.Context()
	chat := w.keys.Chat(m.phone.channel(), m.phone.address())
	who, found, err := w.db.MemberByChat(ctx, chat)
	if err != nil || !found {
		return []string{fmt.Sprintf("no record (%v)", err)}
	}
	answers, err := w.db.ProfileAnswers(ctx, who.ID)
	if err != nil {
		return []string{err.Error()}
	}
	var faults []string
	for _, l := range m.kind.lines {
		if l.want == "" {
			continue
		}
		want := strings.ReplaceAll(l.want, "NAME", m.name)
		if got := answerTo(answers, l.step); !strings.EqualFold(got, want) {
			faults = append(faults, fmt.Sprintf("%s is %q in the records, said was %q", l.step, got, want))
		}
	}
	if who.Language != m.kind.lang || !who.Registered() {
		faults = append(faults, fmt.Sprintf("registered %v, language %s", who.Registered(), who.Language))
	}
	consents, err := w.db.LiveConsents(ctx, who.ID)
	if _, yes := consents["missions"]; err != nil || yes != m.kind.missions {
		faults = append(faults, fmt.Sprintf("consent to announcements: %v (%v)", yes, err))
	}
	number, code := "", ""
	for _, s := range m.phone.messages() {
		if n := secret(s.text, 2); n != "" {
			number = n
		}
		if c := secret(s.text, 3); c != "" {
			code = c
		}
	}
	if number != who.Number || number == "" {
		faults = append(faults, fmt.Sprintf("the number on the phone is %q, in the records %q", number, who.Number))
	}
	if !bytes.Equal(w.keys.CodeHash("recovery", code), who.RecoveryHash) {
		faults = append(faults, "the recovery code on the phone is not the one in the records")
	}
	return faults
}

// answerTo is the answer to a question as lines have it.
func answerTo(answers []store.Answer, step string) string {
	i := slices.IndexFunc(answers, func(a store.Answer) bool { return a.Step == step })
	switch {
	case i < 0:
		return ""
	case answers[i].Text != "":
		return "=" + answers[i].Text
	}
	return strings.Join(answers[i].Codes, ",")
}

// settled waits until nothing is in motion: no message, reply, lease or journal
// is left in Redis.
func (w *world) settled() {
	w.t.Helper()
	var left []string
	if !w.poll("Redis to be at rest", func() bool { left = w.inMotion(); return len(left) == 0 }) {
		w.t.Errorf("%d keys are left: %v", len(left), left[:min(len(left), 10)])
	}
}

func (w *world) inMotion() []string {
	ctx := w.t.Context()
	var left []string
	for _, pattern := range []string{"mboka:{*}:m:*", "mboka:{*}:o:*", "mboka:{*}:j:*", "mboka:{*}:due", "mboka:{*}:dirty"} {
		keys := w.redis.Scan(ctx, 0, pattern, 1000).Iterator()
		for keys.Next(ctx) {
			left = append(left, keys.Val())
		}
		if err := keys.Err(); err != nil {
			return []string{err.Error()}
		}
	}
	return left
}

// numbers holds that nobody was counted twice and no number given twice.
func (w *world) numbers() {
	w.t.Helper()
	seen := map[string]*member{}
	for _, m := range w.members {
		who, _, err := w.db.MemberByChat(w.t.Context(), w.keys.Chat(m.phone.channel(), m.phone.address()))
		if err != nil {
			w.t.Error(err)
		}
		if other := seen[who.Number]; other != nil && who.Number != "" {
			w.t.Errorf("%s and %s have the same number", m, other)
		}
		seen[who.Number] = m
	}
	for what, sql := range map[string]string{
		"a member without an address": `SELECT count(*) FROM member m WHERE NOT EXISTS (SELECT FROM address a WHERE a.member_id = m.id)`,
		"a member without a profile":  `SELECT count(*) FROM member m WHERE m.number IS NOT NULL AND NOT EXISTS (SELECT FROM profile p WHERE p.member_id = m.id)`,
		"a member with two addresses": `SELECT count(*) FROM (SELECT FROM address GROUP BY member_id HAVING count(*) > 1) x`,
		"two consents of one message": `SELECT count(*) FROM (SELECT FROM consent GROUP BY member_id, purpose HAVING count(*) > 1) x`,
		"a constraint that is off":    `SELECT count(*) FROM pg_constraint WHERE NOT convalidated`,
		"an index that is broken":     `SELECT count(*) FROM pg_index WHERE NOT indisvalid`,
		"a draft of who has finished": `SELECT count(*) FROM draft d JOIN address a USING (chat) JOIN member m ON m.id = a.member_id WHERE m.recovery_hash IS NOT NULL AND d.flow = 'registration'`,
	} {
		if n, err := w.ask(sql); err != nil || n != 0 {
			w.t.Errorf("%s: %d (%v)", what, n, err)
		}
	}
	if n, err := w.ask(`SELECT count(*) FROM member`); err != nil || n > len(w.members) {
		w.t.Errorf("%d members for %d people (%v)", n, len(w.members), err)
	}
}

// slack are the goroutines that a replica may have more than before anybody
// came: connections that are kept for a while. A leak in each message or reply
// would be hundreds.
const slack = 10

func (w *world) leaks() {
	w.t.Helper()
	w.balancer.transport.CloseIdleConnections()
	for _, p := range w.provider {
		p.Cut() // connections would be kept for half a minute
	}
	for i, r := range w.replicas {
		n := 0
		if !w.poll(fmt.Sprintf("the goroutines of replica %d to end", i), func() bool { n = r.goroutines(); return n >= 0 && n <= w.idle+slack }) {
			w.t.Errorf("replica %d has %d goroutines, %d when nobody had come yet", i, n, w.idle)
		}
		w.t.Logf("replica %d: %d goroutines, %d when nobody had come yet", i, n, w.idle)
	}
}

// grave are messages of the log that no fault of the world explains.
var grave = []string{
	"message cannot be read", "session cannot be read", "journal entry cannot be read", "an answer cannot be stored",
	"message given up", "no apology", "panic", "redis may lose messages",
}

// logLine is what is looked at of a line of the log.
type logLine struct {
	Level string `json:"level"`
	Msg   string `json:"msg"`
	Error string `json:"error"`
	Chat  string `json:"chat"`
}

func (w *world) logs() {
	w.t.Helper()
	counts := map[string]int{}
	for i, r := range w.replicas {
		for _, text := range r.lines() {
			var l logLine
			if json.Unmarshal([]byte(text), &l) != nil {
				if !strings.HasPrefix(text, "mboka: ") { // the last word of a process that could not start
					w.t.Errorf("replica %d said: %s", i, text)
				}
				continue
			}
			for _, word := range grave {
				if strings.Contains(strings.ToLower(l.Msg+" "+l.Error), word) {
					w.t.Errorf("replica %d logged: %s", i, text)
				}
			}
			if l.Level == "ERROR" || l.Level == "WARN" {
				counts[l.Level+" "+l.Msg]++
			}
		}
	}
	for msg, n := range counts {
		w.t.Logf("logged %d times: %s", n, msg)
	}
}

// about is what the logs say of a person's chat.
func (w *world) about(m *member) string {
	var found []string
	for i, r := range w.replicas {
		for _, text := range r.lines() {
			if strings.Contains(text, m.chat()) {
				found = append(found, fmt.Sprintf("    replica %d %s", i, text))
			}
		}
	}
	slices.SortFunc(found, func(a, b string) int { return strings.Compare(a[strings.Index(a, "{"):], b[strings.Index(b, "{"):]) })
	return strings.Join(found[max(0, len(found)-12):], "\n")
}
