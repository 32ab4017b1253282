package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"mboka/flows"
	"mboka/locales"
)

func same(s string) locales.Label { return locales.Label{s, s, s} }

// options are n choices with labels and descriptions of a length.
func options(n, label, desc int) []flows.Option {
	out := make([]flows.Option, n)
	for i := range out {
		head := fmt.Sprintf("%02d", i)
		out[i] = flows.Option{Code: "c" + head, Label: same(head + strings.Repeat("é", label-2))}
		if desc > 0 {
			out[i].Desc = same(strings.Repeat("d", desc))
		}
	}
	return out
}

func prompt(marks flows.Marks, o []flows.Option) flows.Prompt {
	return flows.Prompt{Flow: "f", Run: "rrrrrr", Step: "s", Body: flows.Line{Key: locales.QSex}, Options: o, Marks: marks}
}

func with(p flows.Prompt, change func(*flows.Prompt)) flows.Prompt { change(&p); return p }

var (
	telegram = Setting{Caps: TelegramCapabilities}
	whatsapp = Setting{Caps: WhatsAppCapabilities}
)

func TestLayouts(t *testing.T) {
	t.Parallel()
	long := func(n int) func(*flows.Prompt) {
		return func(p *flows.Prompt) {
			p.Body = flows.Line{Key: locales.Echo, Args: locales.Args{"Label": strings.Repeat("x", n)}}
		}
	}
	several := func(p *flows.Prompt) { p.Multi = true }
	tests := []struct {
		name    string
		setting Setting
		prompt  flows.Prompt
		want    Layout
	}{
		{"three short", whatsapp, prompt(flows.Numbers, options(3, 20, 0)), Buttons},
		{"one too long for a button", whatsapp, prompt(flows.Numbers, options(3, 21, 0)), List},
		{"buttons would hide the descriptions", whatsapp, prompt(flows.Numbers, options(2, 5, 9)), List},
		{"four", whatsapp, prompt(flows.Numbers, options(4, 20, 0)), List},
		{"ten full rows", whatsapp, prompt(flows.Numbers, options(10, 24, 72)), List},
		{"eleven", whatsapp, prompt(flows.Numbers, options(11, 5, 0)), Plain},
		{"too long for a row", whatsapp, prompt(flows.Numbers, options(4, 25, 0)), Plain},
		{"too long a description", whatsapp, prompt(flows.Numbers, options(4, 9, 73)), Plain},
		{"several cannot be ticked", whatsapp, with(prompt(flows.Numbers, options(4, 9, 0)), several), Plain},
		{"long body that fits", whatsapp, with(prompt(flows.Numbers, options(3, 9, 0)), long(1000)), Buttons},
		{"body too long", whatsapp, with(prompt(flows.Numbers, options(3, 9, 0)), long(1030)), Plain},
		{"no choices", whatsapp, prompt(flows.None, nil), Plain},
		{"eleven", telegram, prompt(flows.Numbers, options(11, 5, 0)), Buttons},
		{"descriptions that no button shows", telegram, prompt(flows.Numbers, options(10, 24, 72)), Buttons},
		{"several are ticked", telegram, with(prompt(flows.Numbers, options(4, 9, 0)), several), Buttons},
		{"too long for a button", telegram, prompt(flows.Numbers, options(3, 65, 0)), Plain},
		{"long body that fits", telegram, with(prompt(flows.Numbers, options(3, 9, 0)), long(2000)), Buttons},
		{"actions alone are buttons", telegram, with(prompt(flows.None, nil), func(p *flows.Prompt) { p.Actions = []flows.Action{flows.Skip} }), Buttons},
		{"no room for actions", whatsapp, with(prompt(flows.None, nil), func(p *flows.Prompt) { p.Actions = []flows.Action{flows.Skip} }), Plain},
	}
	for _, tt := range tests {
		t.Run(tt.name+"/"+string(tt.setting.Caps.Carrier), func(t *testing.T) {
			t.Parallel()
			m := Render(tt.prompt, tt.setting)
			if m.Layout != tt.want {
				t.Errorf("layout %q, not %q", m.Layout, tt.want)
			}
			checkMessage(t, tt.prompt, m, tt.setting)
			if (m.Opens != "") != (m.Layout == List) {
				t.Errorf("a %q with the opening button %q", m.Layout, m.Opens)
			}
		})
	}
}

// checkMessage holds any rendered message against its platform and its prompt:
// it fits, and nothing was dropped.
func checkMessage(t *testing.T, p flows.Prompt, m Message, s Setting) {
	t.Helper()
	caps := s.Caps
	limit := caps.Text
	if m.Layout != Plain {
		limit = caps.Body
	}
	switch {
	case strings.TrimSpace(m.Text) == "":
		t.Errorf("%s: nothing is said", p.Step)
	case s.length(m.Text) > limit:
		t.Errorf("%s: %d characters, at most %d", p.Step, s.length(m.Text), limit)
	case strings.ContainsAny(m.Text, openMark+closeMark) || strings.Contains(m.Text, "⟦") || strings.Contains(m.Text, "<no value>"):
		t.Errorf("%s: a text with a hole or a mark: %q", p.Step, m.Text)
	}
	most, title := caps.Buttons, caps.ButtonTitle
	if m.Layout == List {
		most, title = caps.Rows, caps.RowTitle
	}
	if m.Layout == Plain && len(m.Choices)+len(m.Actions) > 0 || len(m.Choices) > most || m.Layout != Plain && len(m.Choices)+len(m.Actions) == 0 {
		t.Errorf("%s: %d choices in layout %q", p.Step, len(m.Choices), m.Layout)
	}
	for _, c := range append(slices.Clone(m.Choices), m.Actions...) {
		if len(c.Payload) > maxPayload || s.length(c.Label) > title || c.Label == "" || m.Layout == List && s.length(c.Desc) > caps.RowDesc {
			t.Errorf("%s: a choice does not fit: %+v", p.Step, c)
		}
	}
	shown := NumberedText(m)
	for _, o := range p.Options {
		if !strings.Contains(shown, o.Label.In(s.Lang)) {
			t.Errorf("%s: %q is not shown", p.Step, o.Label.In(s.Lang))
		}
	}
	checkTemplate(t, p, m)
}

// checkTemplate holds a template: filled in it is the text, and it neither
// begins nor ends with a variable, nor has two side by side.
func checkTemplate(t *testing.T, p flows.Prompt, m Message) {
	t.Helper()
	if m.Template == "" {
		if len(m.Variables) > 0 {
			t.Errorf("%s: variables without a template", p.Step)
		}
		return
	}
	filled, bare := m.Template, strings.TrimSpace(m.Template)
	for i, v := range m.Variables {
		name := fmt.Sprintf("{{%d}}", i+1)
		if strings.Count(bare, name) != 1 {
			t.Errorf("%s: %s stands %d times in %q", p.Step, name, strings.Count(bare, name), bare)
		}
		filled = strings.Replace(filled, name, v, 1)
		bare = strings.Replace(bare, name, "\x00", 1)
	}
	if filled != m.Text {
		t.Errorf("%s: the template gives\n%q\nnot\n%q", p.Step, filled, m.Text)
	}
	close := strings.Join(strings.Fields(bare), "")
	if strings.HasPrefix(close, "\x00") || strings.HasSuffix(close, "\x00") || strings.Contains(close, "\x00\x00") {
		t.Errorf("%s: variables at an end or side by side: %q", p.Step, m.Template)
	}
}

func TestNumberedText(t *testing.T) {
	t.Parallel()
	three := []flows.Option{{Code: "a", Label: same("Un")}, {Code: "b", Label: same("Deux")}, {Code: "c", Label: same("Trois (3)")}}
	tests := []struct {
		name   string
		prompt flows.Prompt
		want   []string
	}{
		{"numbers", prompt(flows.Numbers, three), []string{"1. Un", "2. Deux", "3. Trois (3)", locales.Text(locales.FR, locales.HowNumber, nil)}},
		{"letters for bands", prompt(flows.Letters, three), []string{"A. Un", "B. Deux", "C. Trois (3)", locales.Text(locales.FR, locales.HowLetter, nil)}},
		{"several", with(prompt(flows.Numbers, three), func(p *flows.Prompt) { p.Multi = true }),
			[]string{"1. Un", "2. Deux", "3. Trois (3)", locales.Text(locales.FR, locales.HowSeveral, nil)}},
		{"a consent prints words and no numbers", prompt(flows.Words, three), []string{"• Un", "• Deux", "• Trois (3)",
			locales.Text(locales.FR, locales.NoticeWords, locales.Args{"Yes": "Un", "No": "Trois"})}},
	}
	question := locales.Text(locales.FR, locales.QSex, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := Render(tt.prompt, whatsapp)
			got := strings.Split(strings.TrimPrefix(NumberedText(m), question+"\n"), "\n")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if m.Layout == Plain && NumberedText(m) != m.Text {
				t.Error("the choices would be printed twice")
			}
		})
	}
}

func TestTicks(t *testing.T) {
	t.Parallel()
	p := with(prompt(flows.Numbers, options(3, 5, 0)), func(p *flows.Prompt) {
		p.Multi, p.Ticked, p.Ticking = true, []string{"c01"}, true
		p.Actions = []flows.Action{flows.Done, flows.Skip, flows.Back}
	})
	m := Render(p, telegram)
	var payloads []string
	for _, c := range append(m.Choices, m.Actions...) {
		payloads = append(payloads, c.Payload)
	}
	want := []string{"rrrrrr.s.+c00", "rrrrrr.s.-c01", "rrrrrr.s.+c02", "rrrrrr.s.!done", "rrrrrr.s.!skip", "rrrrrr.s.!back"}
	if diff := cmp.Diff(want, payloads); diff != "" {
		t.Errorf("a payload must name the wanted state: %s", diff)
	}
	if m.Choices[0].Ticked || !m.Choices[1].Ticked || m.Choices[2].Ticked {
		t.Errorf("ticks are %v", m.Choices)
	}
	if !strings.Contains(m.Actions[0].Label, "1") {
		t.Errorf("done does not say how many: %q", m.Actions[0].Label)
	}
	if m := Render(p, whatsapp); len(m.Actions) > 0 || len(m.Choices) > 0 {
		t.Error("WhatsApp has buttons for several")
	}
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	run, step, code, ok := ReadPayload(Payload("abcdef", "q_1", "a.b"))
	if run != "abcdef" || step != "q_1" || code != "a.b" || !ok {
		t.Error(run, step, code, ok)
	}
	for _, bad := range []string{"", ".", "..", "a..", ".a.b", "a.b", "a.b.", "optout", "a." + strings.Repeat("b", 61) + ".c"} {
		if _, _, _, ok := ReadPayload(bad); ok {
			t.Errorf("%q is taken for a payload", bad)
		}
	}
}

func TestLeads(t *testing.T) {
	t.Parallel()
	echo := func(s string) flows.Line {
		return flows.Line{Key: locales.EchoSeveral, Args: locales.Args{"Labels": flows.Labels{same(s)}}}
	}
	p := with(prompt(flows.Numbers, options(3, 5, 0)), func(p *flows.Prompt) { p.Lead = []flows.Line{{Key: locales.Needed}, echo("Mado")} })
	tests := []struct {
		name      string
		setting   Setting
		lead      []flows.Line
		templated bool
	}{
		{"in italics, which are no variable", whatsapp, p.Lead, true},
		{"nothing before", whatsapp, nil, true},
		{"an underscore would end the italics", whatsapp, []flows.Line{echo("a_b")}, false},
		{"too long to ride along", whatsapp, []flows.Line{echo(strings.Repeat("x", longestLead))}, false},
		{"a text of several lines", whatsapp, []flows.Line{{Key: locales.NoticeDetails}}, false},
		{"marks of ours in what was typed", whatsapp, []flows.Line{echo("a\x02b\x03c")}, true},
		{"a variable in what was typed", whatsapp, []flows.Line{echo("{{1}} {{2}}")}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := p
			p.Lead = tt.lead
			m := Render(p, tt.setting)
			if (m.Template != "") != tt.templated {
				t.Errorf("template %q", m.Template)
			}
			if !strings.Contains(m.Text, "{{") {
				checkMessage(t, p, m, tt.setting)
			}
			if len(m.Keys) != len(tt.lead)+1 || m.Keys[len(m.Keys)-1] != string(locales.QSex) {
				t.Errorf("keys %v", m.Keys)
			}
		})
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, s := range []Setting{telegram, whatsapp} {
		for _, sign := range []string{"x", "é", "👍"} {
			m := Render(flows.Prompt{Body: flows.Line{Key: locales.Echo, Args: locales.Args{"Label": strings.Repeat(sign, 5000)}}}, s)
			if n := s.length(m.Text); n > s.Caps.Text || n < s.Caps.Text-2 {
				t.Errorf("%q: cut to %d, the limit is %d", sign, n, s.Caps.Text)
			}
			if !strings.HasSuffix(m.Text, "…") || !utf8.ValidString(m.Text) {
				t.Errorf("%q: ends with %q", sign, m.Text[len(m.Text)-8:])
			}
		}
		if whole := strings.Repeat("x", 100); s.cut(whole) != whole {
			t.Error("a short text is cut")
		}
	}
}

func TestLeft(t *testing.T) {
	t.Parallel()
	for _, lang := range locales.Langs {
		for n := 1; n <= 12; n++ {
			p := with(prompt(flows.Numbers, options(3, 5, 0)), func(p *flows.Prompt) { p.Left = n; p.Actions = []flows.Action{flows.Skip} })
			for _, s := range []Setting{telegram, whatsapp} {
				s.Lang = lang
				m := Render(p, s)
				_, last, _ := strings.Cut(m.Text, "\n")
				if !strings.Contains(last, fmt.Sprint(n)) {
					t.Errorf("%s: %d left are said as %q", lang, n, last)
				}
				if m.Template != "" && (len(m.Variables) != 1 || m.Variables[0] != fmt.Sprint(n)) {
					t.Errorf("%s: variables %v", lang, m.Variables)
				}
			}
		}
	}
	skipped := with(prompt(flows.None, nil), func(p *flows.Prompt) { p.Left = 3; p.Actions = []flows.Action{flows.Skip} })
	word := firstWord(locales.FR, locales.CmdSkip)
	if m := Render(skipped, whatsapp); !strings.Contains(m.Text, word) {
		t.Errorf("without a button the word %q must be said: %q", word, m.Text)
	}
	if m := Render(skipped, telegram); strings.Contains(m.Text, word) {
		t.Errorf("beside the button the word is said too: %q", m.Text)
	}
	one := Render(with(skipped, func(p *flows.Prompt) { p.Left = 1 }), Setting{Lang: locales.EN, Caps: TelegramCapabilities})
	many := Render(skipped, Setting{Lang: locales.EN, Caps: TelegramCapabilities})
	if strings.ReplaceAll(one.Text, "1", "3") == many.Text && strings.Contains(many.Text, "questions") {
		t.Errorf("one is said like many: %q", one.Text)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	s := Setting{Lang: locales.EN}
	rows := flows.Rows{{Title: locales.TSex, Values: flows.Labels{same("A"), same("B")}}, {Title: locales.TSex}}
	for want, v := range map[string]any{"x": "x", "1,234": 1234, "L": same("L"), "A, B": flows.Labels{same("A"), same("B")}, "": 3.5} {
		if got := s.value(v); got != want {
			t.Errorf("%v is written %q, not %q", v, got, want)
		}
	}
	lines := strings.Split(s.value(rows), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "1") || !strings.HasSuffix(lines[0], "A, B") || !strings.Contains(lines[1], "2") || len(lines[1]) < 8 {
		t.Errorf("rows are %q", lines)
	}
}
