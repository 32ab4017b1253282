package browser

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"mboka/locales"
)

var demoAddress = regexp.MustCompile(`(http://127\.0\.0\.1:\d+)/chat`)

// newDemo starts `mboka demo` and waits until its page is there.
func newDemo(t *testing.T) *site {
	t.Helper()
	dir, err := os.MkdirTemp("", "mboka-demo")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the database server runs as another user for root
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	cmd := program(t, "demo", "--dir", dir, "--no-browser")
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &site{t: t}
	lines := bufio.NewScanner(said)
	for s.url == "" && lines.Scan() {
		if found := demoAddress.FindStringSubmatch(lines.Text()); found != nil {
			s.url = found[1]
		}
	}
	go func() {
		for lines.Scan() { // so that it never waits for a reader
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil || errs.Len() > 0 {
			t.Errorf("the demo ended with %v:\n%s", err, errs.String())
		}
	})
	if s.url == "" {
		t.Fatalf("no address of the page:\n%s", errs.String())
	}
	return s
}

// phoneOf is a virtual phone on a page.
type phoneOf struct {
	*page
	name string
}

// phone opens the page with one of the phones in sight, in the hands of a person.
func (s *site) phone(t *testing.T, lang locales.Lang, l look, name, person string) phoneOf {
	t.Helper()
	p := phoneOf{s.open(t, "/chat?lang="+lang.String(), l), name}
	p.until("what stands on the phones", `document.documentElement.dataset.ready === "1"`)
	if l.phone && name != "telegram" {
		p.reach("[data-show=" + name + "]")
		p.press(kb.Enter)
	}
	p.reach(p.in("[data-person=" + person + "]"))
	p.press(kb.Enter)
	p.until("the phone of the person", p.find("[data-person="+person+"][aria-pressed=true]"))
	return p
}

func (p phoneOf) in(selector string) string { return "#" + p.name + " " + selector }

func (p phoneOf) find(selector string) string {
	return fmt.Sprintf("document.querySelector(%q)", p.in(selector))
}

// newest selects within the newest message of the service.
func (p phoneOf) newest(selector string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(%q)].at(-1)?.querySelector(%q)`, p.in(".message:not(.mine)"), selector)
}

// shows waits until the newest message holds words.
func (p phoneOf) shows(words string) {
	p.t.Helper()
	p.until(words, fmt.Sprintf(`[...document.querySelectorAll(%q)].at(-1)?.innerText.includes(%q)`, p.in(".message:not(.mine)"), words))
}

// say writes with the keyboard.
func (p phoneOf) say(text string) {
	p.t.Helper()
	p.reach(p.in("[name=text]"))
	p.write(text)
	p.press(kb.Enter)
	p.until("the text to be sent", p.find("[name=text]")+`.value === ""`)
}

// tap goes to a button of the newest message with the keyboard and presses it;
// one in a list is found behind the button that opens it.
func (p phoneOf) tap(code string) {
	p.t.Helper()
	button := `button[data-payload$=".` + code + `"]`
	p.until("the button "+code, p.newest(button)+" || "+p.newest("button.opens"))
	if eval[bool](p.page, "Boolean("+p.newest("button.opens")+")") {
		p.reach(p.in(".message:last-child button.opens"))
		p.press(kb.Enter)
		p.until("the list", p.find("dialog[open]"))
		p.reach(p.in("dialog " + button))
		p.press(kb.Enter)
		p.until("the list to be shut", "!"+p.find("dialog[open]"))
		return
	}
	p.reach(p.in(".message:last-child " + button))
	p.press(kb.Enter)
}

// quick taps with a script: for what is tried elsewhere with the keyboard.
func (p phoneOf) quick(code string) {
	p.t.Helper()
	button := `button[data-payload$=".` + code + `"]`
	p.until("the button "+code, p.newest(button)+" || "+p.newest("button.opens"))
	eval[bool](p.page, fmt.Sprintf(`(() => {
		const opens = %s;
		if (opens) opens.click();
		(opens ? document.querySelector(%q) : %s).click();
		return true })()`, p.newest("button.opens"), p.in("dialog "+button), p.newest(button)))
}

// registers answers the four questions that count, and agrees to be told of
// meetings.
func (p phoneOf) registers(lang locales.Lang) {
	p.t.Helper()
	text := func(key locales.Key) string { return locales.Text(lang, key, nil) }
	if p.name == "telegram" {
		p.reach(p.in(".begin"))
		p.press(kb.Enter)
	} else {
		p.say("mbote")
	}
	p.tap("language." + lang.String())
	p.tap("yes")
	p.shows(text("q_age_band"))
	p.say("37")
	p.shows(text("q_country_residence"))
	p.tap("BE")
	p.shows(text("q_education_level"))
	p.tap("edu_bachelor")
	p.shows(text("q_employment_status"))
	p.tap("employee")
	p.shows(text(locales.CountedLater))
	p.tap("later")
	p.shows(locales.Text(lang, locales.MissionsAsk, locales.Args{"Cap": 2}))
	p.tap("yes")
	p.until("the number of the member", fmt.Sprintf(`/[2-9A-Z]{3}-[2-9A-Z]{3}/.test(%s.innerText)`, p.find(".log")))
	p.until("the menu", p.newest(`button[data-payload$=".menu.profile"], button.opens`))
}

// TestSimulator goes through a demonstration: people register on both phones in
// each language, a meeting is announced on one phone, approved on the other and
// answered by a member, and an official asks for a figure.
func TestSimulator(t *testing.T) {
	t.Parallel()
	s := newDemo(t)
	// So that no hour is quiet in Europe.
	hours := (34 - time.Now().UTC().Hour()) % 24
	first := s.open(t, "/chat?lang=fr", wide)
	first.until("what stands on the phones", `document.documentElement.dataset.ready === "1"`)
	first.shot("simulator-empty")
	first.looksRight("the empty phones")
	for _, fault := range append(first.walk(), first.skips()...) {
		t.Errorf("the empty phones: %s", fault)
	}
	first.reach("#telegram .commands summary")
	first.press(kb.Enter)
	first.until("the menu of commands", `document.querySelector("#telegram .commands[open]")`)
	first.shot("simulator-menu")
	first.looksRight("the menu of commands")
	first.press(kb.Escape)
	first.until("the menu to be shut", `document.activeElement.matches("#telegram .commands:not([open]) summary")`)
	if hours > 0 {
		first.forward(hours)
	}
	s.everybodyRegisters(t)
	s.announces(t)
	s.asks(t)
}

// forward puts the clock of the demonstration forward.
func (p *page) forward(hours int) {
	p.t.Helper()
	ok := eval[bool](p, fmt.Sprintf(`fetch("/chat/forward", {method: "POST", headers: {"Content-Type": "application/json"}, body: '{"hours":%d}'}).then(r => r.ok)`, hours))
	if !ok {
		p.t.Errorf("the clock does not go forward by %d hours", hours)
	}
}

// everybodyRegisters has six people register, on each phone in each language, on
// the narrowest screen and with nothing but a keyboard.
func (s *site) everybodyRegisters(t *testing.T) {
	t.Helper()
	for i, one := range []struct {
		phone, person string
		lang          locales.Lang
		look          look
	}{
		{"telegram", "newcomer", locales.FR, narrow},
		{"whatsapp", "newcomer", locales.LN, narrow},
		{"telegram", "neighbour", locales.LN, narrowDark},
		{"whatsapp", "neighbour", locales.EN, narrowDark},
		{"telegram", "neighbour", locales.EN, narrow}, // somebody new
		{"whatsapp", "neighbour", locales.FR, narrowDark},
	} {
		p := s.phone(t, one.lang, one.look, one.phone, one.person)
		if i >= 4 {
			p.reach(p.in(".options summary"))
			p.press(kb.Enter)
			p.reach(p.in("[data-do=anew]"))
			p.press(kb.Enter)
			p.until("an empty phone", "!"+p.find(".message"))
		}
		p.registers(one.lang)
		name := fmt.Sprintf("simulator-%s-%s", one.phone, one.lang)
		p.shot(name)
		p.looksRight(name)
	}
}

// looksRight asks axe-core, whether anything sticks out of the screen, and whether
// a thumb hits what is to be touched. One
// menu is open at a time here, and a long chat has too many stops to walk through
// each time.
func (p *page) looksRight(name string) {
	p.t.Helper()
	if wide := p.sideways(); wide != "" {
		p.t.Errorf("%s at %s: %s", name, p.look.name, wide)
	}
	for _, fault := range p.small() {
		p.t.Errorf("%s at %s: %s", name, p.look.name, fault)
	}
	p.check(name)
}

// tells writes and waits for the answer.
func (p phoneOf) tells(text string) {
	p.t.Helper()
	before := p.count()
	eval[bool](p.page, fmt.Sprintf(`(() => { %s.value = %q; %s.requestSubmit(); return true })()`, p.find("[name=text]"), text, p.find("form")))
	p.until("an answer to "+text, fmt.Sprintf("document.querySelectorAll(%q).length > %d", p.in(".message:not(.mine)"), before))
}

func (p phoneOf) count() int {
	return eval[int](p.page, fmt.Sprintf("document.querySelectorAll(%q).length", p.in(".message:not(.mine)")))
}

// joins takes up the role of a person of staff.
func (p phoneOf) joins() {
	p.t.Helper()
	p.reach(p.in("[data-do=join]"))
	p.press(kb.Enter)
	p.until("the role", fmt.Sprintf("document.querySelectorAll(%q).length > 0 && !%s.checkVisibility()", p.in(".message:not(.mine)"), p.find("[data-do=join]")))
}

func (s *site) announces(t *testing.T) {
	t.Helper()
	approver := s.phone(t, locales.FR, wide, "whatsapp", "approver")
	approver.joins()
	plans := s.phone(t, locales.FR, wide, "telegram", "coordinator")
	plans.joins()
	plans.tells("/announce")
	plans.quick("awareness")
	plans.shows(locales.Text(locales.FR, "ann_title", nil))
	day := time.Now().AddDate(0, 0, 60).Format("02/01/2006")
	for _, text := range []string{
		"Rencontre fictive de Bruxelles", "Le programme présente la cartographie des compétences et répond à vos questions.",
		"Made-up meeting in Brussels", "The programme presents the skills mapping and takes your questions.", "passer",
		"Belgique", "Bruxelles", "Salle fictive 3", "12, rue Fictive", day + " 14h", "oui", "17h30", "oui", "passer",
		"1", locales.Text(locales.FR, "ann_state_yes", nil), "français, lingala", "120 places", "gratuit", "passer",
		"secrétariat fictif, equipe@example.org", "passer", "Belgique",
	} {
		plans.tells(text)
	}
	plans.quick("now")
	plans.quick("ok")
	plans.quick("submit")
	approver.until("what is to be approved", approver.newest(`button[data-payload$=".preview"]`))
	approver.quick("preview")
	approver.until("how it reads", approver.newest(`button[data-payload$=".approve"]`))
	approver.quick("approve")
	approver.shot("simulator-approved")
	plans.reach(`[data-hours="1"]`)
	plans.press(kb.Enter)
	plans.until("the time to go forward", fmt.Sprintf("document.getElementById('status').innerText === %q", locales.Text(locales.FR, locales.SimMoved, nil)))
	member := s.phone(t, locales.EN, narrow, "telegram", "neighbour")
	member.shows("Made-up meeting in Brussels")
	member.shot("simulator-announced")
	before := member.count()
	member.tap("yes")
	member.until("an answer to coming", fmt.Sprintf("document.querySelectorAll(%q).length > %d", member.in(".message:not(.mine)"), before))
	member.shot("simulator-coming")
	// Fifty-four days on, within the week before, those who come are reminded.
	plans.forward(54 * 24)
	member.shows(locales.Text(locales.EN, locales.LetterReminder, locales.Args{"Title": "Made-up meeting in Brussels"}))
	member.shot("simulator-reminded")
	plans.until("how far the sending is", plans.find(".edited")+` || document.getElementById("others-telegram").innerText !== "0"`)
	plans.shot("simulator-coordinator")
}

func (s *site) asks(t *testing.T) {
	t.Helper()
	for i, phone := range []string{"telegram", "whatsapp"} {
		l := []look{wide, narrow}[i]
		p := s.phone(t, locales.FR, l, phone, "official")
		p.joins()
		p.tells("âge x sexe qualifiés")
		p.until("the picture", p.find(".picture img")+"?.naturalWidth > 0")
		p.shows("F-")
		p.shot("simulator-figure-" + phone)
		p.looksRight("a figure on " + phone)
	}
}
