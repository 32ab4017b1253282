package main

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
)

var update = flag.Bool("update", false, "rewrite the dialogues with what was seen")

// TestDialogues runs every dialogue of testdata/dialogues in three languages
// and on both channels through the whole service.
//
//	> text       what the person writes; {cmd:x} and {label:x} are words of
//	             their language, {lang} its code, {code} the last code to link with
//	             or to take up a role, {recovery} the last recovery code, {hello} a
//	             greeting, and others of (sayings)
//	> [code]     what they tap, by the option's code
//	> (voice)    what else they send
//	> ^text      what they type in reply to the message about a meeting
//	< keys       the catalogue keys of the reply; nothing after < is silence;
//	             {files} is that of files, which come or wait behind a link
//	! words      something that happens: see (*dialogue).happen
//
// The texts that a person reads in those named in rendered are kept in
// testdata/rendered and compared too.
func TestDialogues(t *testing.T) {
	crowded(t)
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.tempo.tick = 50 * time.Millisecond
	s.tempo.contacts = 100 * time.Millisecond
	s.tempo.requests = 100 * time.Millisecond
	s.sql(`INSERT INTO setting VALUES ('quiet_from', '08:00', now(), 'test'), ('quiet_to', '08:00', now(), 'test')`) // no hour is quiet
	s.start()
	files, err := filepath.Glob("testdata/dialogues/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	t.Run("all", func(t *testing.T) {
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".txt")
			for _, lang := range locales.Langs {
				for _, channel := range []string{"telegram", "whatsapp"} {
					t.Run(name+"/"+lang.String()+"/"+channel, func(t *testing.T) {
						t.Parallel()
						d := &dialogue{t: t, s: s, name: name, lang: lang, phone: s.newPhone(t, channel, lang.String(), int(persons.Add(1)))}
						d.run(file)
					})
				}
			}
		}
	})
}

var persons atomic.Int64

// rendered are the dialogues whose texts are compared.
var rendered = map[string]bool{"happy": true, "hard": true, "rights": true, "link": true, "merge": true, "join": true, "guess": true,
	"recycled": true, "lostphone": true, "borrowed": true, "under18": true, "asylum": true, "danger": true, "consents": true, "request": true, "rsvp": true, "reply": true, "full": true, "feedback": true, "report": true, "directory": true, "contribution": true, "fund": true, "workshop": true, "training": true}

// ofToday are those in which a meeting was held yesterday.
var ofToday = map[string]bool{"feedback": true, "training": true}

type dialogue struct {
	t     *testing.T
	s     *testService
	name  string
	staff bool // of testdata/dialogues/staff: with dates
	lang  locales.Lang
	phone phone
	turns int
	had   int       // what the bot had sent when the phone was last looked at
	away  *dialogue // the same person's phone on the other platform
	code  string    // the last code to link with
	spare string    // the last recovery code
	// number is the last member number that was told.
	number  string
	door    string    // the last entry code
	figure  string    // the id of the last figure
	mission uuid.UUID // the last meeting
	card    string    // the last public card
	seen    []string  // the rendered dialogue
	kept    []string  // the file as it is now
}

func (d *dialogue) chat() string {
	return d.s.keys.Chat(d.phone.channel(), d.phone.address()).String()
}

func (d *dialogue) run(file string) {
	d.t.Helper()
	f, err := os.Open(file)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	var said []string
	waiting, first := false, d.phone.channel()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case ">":
			d.kept = append(d.kept, line)
			said = d.say(d.words(rest))
			waiting = true
		case "<":
			got := strings.Join(said, " ")
			want := strings.NewReplacer("{files}", string(d.filesKey()), "{table}", string(d.tableKey()), "{figures}", string(d.figureKey())).Replace(rest)
			if want == got {
				d.kept = append(d.kept, line)
			} else {
				d.kept = append(d.kept, strings.TrimSpace("< "+got))
			}
			if !waiting || want != got && !*update {
				d.t.Fatalf("after %q:\n want < %s\n got  < %s\nthe phone shows:\n%s", d.kept[len(d.kept)-2], rest, got, d.phone.last())
			}
			waiting = false
		case "!":
			d.kept = append(d.kept, line)
			d.happen(rest)
		default:
			d.kept = append(d.kept, line)
		}
	}
	if *update && d.lang == locales.FR && first == "telegram" {
		write(d.t, file, d.kept)
	}
	if rendered[d.name] || d.staff {
		d.compare(first)
	}
}

// breath is after how many messages a person takes half a minute, without which
// a long dialogue would be taken for two programs that talk to each other.
const breath = 20

// say does one thing and gives the keys of the reply.
func (d *dialogue) say(what string) []string {
	d.t.Helper()
	if d.turns > 0 && d.turns%breath == 0 {
		d.change(func(session *bot.Session) { session.Quick = 0 })
	}
	messages, edits := d.phone.count()
	switch {
	case strings.HasPrefix(what, "["):
		d.phone.tap(strings.Trim(what, "[]"))
	case strings.HasPrefix(what, "^"): // in reply to the message about a meeting
		d.phone.reply(strings.TrimPrefix(what, "^"))
	case strings.HasPrefix(what, "("):
		d.phone.send(strings.Trim(what, "()"))
	default:
		d.phone.write(what)
	}
	d.turns++
	turn := d.s.waitTurn(d.t, d.chat(), d.turns)
	d.seen = append(d.seen, "> "+what)
	if len(turn.Said) > 0 {
		d.phone.settled(messages, edits)
		if slices.Contains(turn.Said, string(locales.ExportDone)) || slices.Contains(turn.Said, string(locales.FigSaid)) ||
			slices.Contains(turn.Said, string(locales.RepFile)) || slices.Contains(turn.Said, string(locales.FigFile)) || slices.Contains(turn.Said, string(locales.RepSaid)) {
			d.released() // the files go before the text, and pictures
		}
		if slices.Contains(turn.Said, string(locales.LinkCode)) {
			d.code = linkCodes.FindString(d.phone.last())
		}
		if n := memberNumbers.FindString(d.phone.last()); n != "" && slices.Contains(turn.Said, string(locales.Counted)) {
			d.number = n
		}
		d.heed(turn.Said)
		d.figure = cmp.Or(figureIDs.FindString(d.phone.last()), d.figure)
		d.shows()
	}
	return turn.Said
}

// shows keeps what the phone shows last.
func (d *dialogue) shows() {
	for i, l := range strings.Split(d.phone.last(), "\n") {
		if i == 0 {
			l = "< " + l
		} else {
			l = "  " + l
		}
		d.seen = append(d.seen, strings.TrimRight(l, " "))
	}
	messages, edits := d.phone.count()
	d.had = messages + edits
}

// filesKey is said with files: not every channel takes them.
func (d *dialogue) filesKey() locales.Key {
	if d.phone.channel() == "whatsapp" {
		return locales.ExportLink
	}
	return locales.ExportDone
}

// tableKey is said with the table of a report.
func (d *dialogue) tableKey() locales.Key {
	if d.phone.channel() == "whatsapp" {
		return locales.RepLink
	}
	return locales.RepFile
}

var placeholder = regexp.MustCompile(`\{(cmd|label|rhythm):([a-z0-9_]+)\}`)

func (d *dialogue) words(text string) string {
	text = strings.NewReplacer("{lang}", d.lang.String(), "{code}", d.code, "{recovery}", d.spare, "{number}", d.number, "{day}", day(), "{door}", d.door, "{figure}", d.figure, "{card}", d.card).Replace(saying(text, d.lang))
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		part := placeholder.FindStringSubmatch(m)
		if part[1] == "label" {
			before, _, _ := strings.Cut(locales.LabelOf(locales.Key(part[2])).In(d.lang), " (")
			return before
		}
		of := "cmd_"
		if part[1] == "rhythm" {
			of = "dig_word_"
		}
		word, _, _ := strings.Cut(locales.LabelOf(locales.Key(of+part[2])).In(d.lang), "|")
		return word
	})
}

// happen makes something happen between two messages:
//
//	rows N         the person's rows in the records are counted
//	expire         Redis loses the session, once the answers are in Postgres
//	days N         the chat was heard N days earlier than it was: its times in
//	               Postgres and in the stored session are set back; clocks go on
//	gone           the platform has found the address out of reach, says Postgres,
//	               and Redis has lost the session
//	older          the session is of an older version of the form
//	column X = Y   a column of the profile is as said
//	consent X = Y  the last word on a purpose is yes or no
//	hears KEYS     the phone on the other platform hears of something, unasked
//	told KEYS      this phone does
//	ends           the requests that staff made here or there have ended
//	other          the person takes up their phone on the other platform
//	invite R O     the operator invites to role R for organisation O: {code}
//	revoke         the operator ends the roles of the chat
//	begins         what is approved has gone out
//	report         an announcement of the chat's role has been sent, and its report is said
//	weeks          what the chat wrote by the directory was written weeks ago
//	funnel N       N weeks of registrations begun have been published
//	follows        the chat on the other platform has heard what was changed here
func (d *dialogue) happen(what string) {
	d.t.Helper()
	word, rest, _ := strings.Cut(what, " ")
	switch word {
	case "rows":
		want, _ := strconv.Atoi(rest)
		if got := d.rows(); got != want {
			d.t.Fatalf("%d rows in the records, not %d", got, want)
		}
	case "expire":
		d.flushed()
		d.released()
		d.s.redis.Del(d.t.Context(), d.key("s"))
	case "days":
		d.days(rest)
	case "gone":
		d.gone()
	case "older":
		d.older()
	case "column":
		d.flushed()
		column, want, _ := strings.Cut(rest, " = ")
		var got string
		err := d.s.db.QueryRow(d.t.Context(), fmt.Sprintf(`SELECT coalesce(p.%s::text, 'null') FROM profile p JOIN address a USING (member_id) WHERE a.chat = $1`, column),
			d.index()).Scan(&got)
		if err != nil || got != want {
			d.t.Fatalf("%s is %q, not %q (%v)", column, got, want, err)
		}
	case "consent":
		d.consent(rest)
	case "hears":
		d.other()
		d.hearsOf(rest)
		d.other()
	case "told":
		d.hearsOf(rest)
	case "ends":
		d.ends()
	case "other":
		d.other()
	case "invite":
		role, org, _ := strings.Cut(rest, " ")
		d.invited(role, org)
	case "revoke":
		d.revoked()
	case "meeting", "asked", "cancelled", "closed", "over", "ago", "frees":
		d.meets(word, strings.Fields(rest))
	case "begins":
		d.begins()
	case "weeks":
		d.weeks()
	case "report":
		d.flushed() // the language that staff speak
		db := d.s.records()
		a := d.sending(db, usual...)
		d.s.sent(a)
		d.s.tells(db, a)
		d.reported()
	case "funnel":
		d.funnel(rest)
	case "follows":
		d.away.turns++
		d.s.waitTurn(d.t, d.away.chat(), d.away.turns)
	default:
		d.t.Fatalf("nothing is known of %q", what)
	}
}

// other takes up the phone on the other platform.
func (d *dialogue) other() {
	if d.away == nil {
		channel := map[string]string{"telegram": "whatsapp", "whatsapp": "telegram"}[d.phone.channel()]
		d.away = &dialogue{t: d.t, s: d.s, phone: d.s.newPhone(d.t, channel, d.lang.String(), int(persons.Add(1)))}
	}
	d.phone, d.away.phone = d.away.phone, d.phone
	d.turns, d.away.turns = d.away.turns, d.turns
	d.had, d.away.had = d.away.had, d.had
	d.seen = append(d.seen, "", "("+d.phone.channel()+")")
}

// index is how the records keep the chat.
func (d *dialogue) index() []byte {
	return d.s.keys.Indexes(d.s.keys.Chat(d.phone.channel(), d.phone.address()))[0]
}

func (d *dialogue) key(kind string) string {
	return fmt.Sprintf("mboka:{%s}:%s:%s", d.chat()[:2], kind, d.chat())
}

// volatile is what differs from run to run: member numbers, codes, dates and
// links; and the version of the notice, which differs with each word of it.
var volatile = regexp.MustCompile(`\b\d+\.[0-9a-f]{6}\b|https?://\S+/export/[a-z2-7]{32}|\b[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}(-[2-9A-HJ-NP-Z]{3})?\b|\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b|\b\d{1,2}[ /]\S+[ /]20\d\d\b|\b\d{1,2} sanza ya \pL+( na \pL+)? 20\d\d\b|a_[2-9A-HJ-NP-Z]{8}\b|https?://\S+/directory/[a-z2-7]{26}\b|\bd_[a-z2-7]{26}\b`)

var linkCodes = regexp.MustCompile(`\b[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}\b`)

// compare holds what the person read against the file of this language and of
// the channel that they began in.
func (d *dialogue) compare(channel string) {
	d.t.Helper()
	path := filepath.Join("testdata", "rendered", d.name+"."+d.lang.String()+"."+channel+".txt")
	got := volatile.ReplaceAllString(strings.Join(d.seen, "\n"), "···") + "\n"
	if d.staff || ofToday[d.name] {
		got = figureIDs.ReplaceAllString(dated.ReplaceAllString(got, "···"), "F-···")
	}
	if *update {
		write(d.t, path, []string{strings.TrimSuffix(got, "\n")})
		return
	}
	if want := readFile(d.t, path); want != got {
		d.t.Errorf("%s differs; run with -update and read the change\n%s", path, firstDifference(want, got))
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\n want %s\n got  %s", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("%d lines, not %d", len(g), len(w))
}

func write(t *testing.T, path string, lines []string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}
