package whatsapp

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mboka/bot"
)

func TestDefine(t *testing.T) {
	t.Parallel()
	def, vars, ok := Define(buttons())
	if !ok {
		t.Fatal("no definition")
	}
	want := Definition{
		Language: "fr", Template: "37 ans → {{1}}, c'est cela ?", Layout: bot.Buttons,
		Items: []Item{{ID: "{{R}}.age.yes", Label: "Oui"}, {ID: "{{R}}.age.list", Label: "Non, voir la liste"}},
	}
	if diff := cmp.Diff(want, def); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"1": "35-44 ans", "R": "r1"}, vars); diff != "" {
		t.Error(diff)
	}
	def, vars, ok = Define(list())
	if !ok || def.Opens != "Voir la liste" || def.Items[1].Desc != "jeune adulte" || len(vars) != 1 {
		t.Errorf("%+v %v %v", def, vars, ok)
	}
}

func TestDefineWithoutRun(t *testing.T) {
	t.Parallel()
	m := buttons()
	m.Choices = []bot.Choice{{Payload: "menu", Label: "Menu"}}
	def, vars, ok := Define(m)
	if !ok || def.Items[0].ID != "menu" || vars["R"] != "" {
		t.Errorf("%+v %v", def, vars)
	}
}

func TestDefineRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*bot.Message){
		"plain":                    func(m *bot.Message) { m.Layout = bot.Plain },
		"no choices":               func(m *bot.Message) { m.Choices = nil },
		"no template":              func(m *bot.Message) { m.Template = "" },
		"template of another text": func(m *bot.Message) { m.Template = "Autre {{1}} texte" },
		"text over 1024":           func(m *bot.Message) { m.Text = strings.Repeat("a", 1025); m.Template = m.Text },
		"begins with a variable":   func(m *bot.Message) { m.Text, m.Template = "35-44 ans ?", "{{1}} ?" },
		"ends with a variable":     func(m *bot.Message) { m.Text, m.Template = "Non : 35-44 ans\n", "Non : {{1}}\n" },
		"variables side by side": func(m *bot.Message) {
			m.Variables = []string{"a", "b"}
			m.Text, m.Template = "x a b.", "x {{1}} {{2}}."
		},
		"empty variable":            func(m *bot.Message) { m.Variables = []string{"  "}; m.Text, m.Template = "a    b", "a {{1}} b" },
		"variable that is not told": func(m *bot.Message) { m.Variables = nil; m.Text = m.Template },
		"odd braces":                func(m *bot.Message) { m.Text = "a {{x y}} b"; m.Template = m.Text },
		"braces in a label":         func(m *bot.Message) { m.Choices[0].Label = "{{1}}" },
		"braces in a payload":       func(m *bot.Message) { m.Choices[0].Payload = "r1.{{1}}.x" },
		"label over 20":             func(m *bot.Message) { m.Choices[0].Label = strings.Repeat("é", 21) },
		"empty label":               func(m *bot.Message) { m.Choices[0].Label = "" },
		"label of two lines":        func(m *bot.Message) { m.Choices[0].Label = "a\nb" },
		"two equal labels":          func(m *bot.Message) { m.Choices[0].Label = m.Choices[1].Label },
		"two equal payloads":        func(m *bot.Message) { m.Choices[0].Payload = m.Choices[1].Payload },
		"empty payload":             func(m *bot.Message) { m.Choices[0].Payload = "" },
		"empty run":                 func(m *bot.Message) { m.Choices[0].Payload = ".age.x" },
		"payload over 200":          func(m *bot.Message) { m.Choices[0].Payload = "r1." + strings.Repeat("x", 198) },
		"runs that differ":          func(m *bot.Message) { m.Choices[0].Payload = "r2.age.yes" },
		"four buttons": func(m *bot.Message) {
			for i := range 2 {
				m.Choices = append(m.Choices, bot.Choice{Payload: fmt.Sprint("r1.s.", i), Label: fmt.Sprint(i)})
			}
		},
		"list without opener": func(m *bot.Message) { m.Layout = bot.List },
		"opener over 20":      func(m *bot.Message) { m.Layout, m.Opens = bot.List, strings.Repeat("o", 21) },
		"description over 72": func(m *bot.Message) { m.Layout, m.Opens = bot.List, "o"; m.Choices[0].Desc = strings.Repeat("d", 73) },
		"row over 24":         func(m *bot.Message) { m.Layout, m.Opens = bot.List, "o"; m.Choices[0].Label = strings.Repeat("d", 25) },
		"variable over the text": func(m *bot.Message) {
			m.Variables = []string{strings.Repeat("a", 1100)}
			m.Text, m.Template = "x "+m.Variables[0]+".", "x {{1}}."
		},
	} {
		m := buttons()
		change(&m)
		if def, _, ok := Define(m); ok {
			t.Errorf("%s: %+v", name, def)
		}
	}
}

func TestDefineAtTheLimits(t *testing.T) {
	t.Parallel()
	m := list()
	m.Text = strings.Repeat("é", 1024)
	m.Template, m.Opens, m.Choices = m.Text, strings.Repeat("o", 20), nil
	for i := range 10 {
		m.Choices = append(m.Choices, bot.Choice{
			Payload: fmt.Sprintf("r1.%d.%s", i, strings.Repeat("x", 190)),
			Label:   fmt.Sprint(i) + strings.Repeat("é", 23), Desc: strings.Repeat("é", 72),
		})
	}
	if _, _, ok := Define(m); !ok {
		t.Error("a list at every limit is refused")
	}
	m.Choices = append(m.Choices, bot.Choice{Payload: "r1.z.z", Label: "z"})
	if _, _, ok := Define(m); ok {
		t.Error("eleven rows")
	}
}

// The hash is the key under which SIDs are stored: it must not change by
// accident, nor be shared by two objects that look different.
func TestHash(t *testing.T) {
	t.Parallel()
	base := define(t, buttons())
	const want = "3d688b7c226dd0314e297e64fdb3074eae9bcf81ee0aae33a3129421ef898b4d"
	if got := base.Hash(); got != want {
		t.Errorf("the hash changed to %s: every object would be created again", got)
	}
	if name := base.Name(); !regexp.MustCompile(`^mboka_fr_[0-9a-f]{16}$`).MatchString(name) || !strings.HasSuffix(name, want[:16]) {
		t.Error(name)
	}
	seen := map[string]string{base.Hash(): "base"}
	for name, change := range map[string]func(*Definition){
		"language": func(d *Definition) { d.Language = "en" },
		"template": func(d *Definition) { d.Template += "!" },
		"layout":   func(d *Definition) { d.Layout = bot.List },
		"opens":    func(d *Definition) { d.Opens = "x" },
		"id":       func(d *Definition) { d.Items[0].ID += "x" },
		"label":    func(d *Definition) { d.Items[0].Label += "x" },
		"desc":     func(d *Definition) { d.Items[0].Desc = "x" },
		"fewer":    func(d *Definition) { d.Items = d.Items[:1] },
	} {
		d := define(t, buttons())
		change(&d)
		if other, ok := seen[d.Hash()]; ok {
			t.Errorf("%s has the hash of %s", name, other)
		}
		seen[d.Hash()] = name
	}
	other := buttons()
	other.ID, other.Choices[0].Payload, other.Choices[1].Payload = "x", "q.age.yes", "q.age.list"
	if define(t, other).Hash() != base.Hash() {
		t.Error("another run has another hash")
	}
}

func TestTidy(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a":                    "a",
		"  a  ":                "a",
		"a     b":              "a b",
		"a\tb":                 "a b",
		"a\n\n\nb":             "a\nb",
		"a  \r\n  \r\n  b":     "a\nb",
		"a\rb":                 "a\nb",
		" \n ":                 "",
		"{{1}}":                "{ {1}}",
		"12\u00a0345 inscrits": "12\u00a0345 inscrits",
	} {
		if got := tidy(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestGenerics(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"fr", "en", "ln"} {
		all := Generics(language, testFrame)
		if len(all) != 23 {
			t.Errorf("%d generic objects", len(all))
		}
		hashes := map[string]bool{}
		for _, def := range all {
			if err := def.check(); err != nil {
				t.Errorf("%d items: %v", len(def.Items), err)
			}
			if n := len(def.variables()); n > maxVariables {
				t.Errorf("%d variables", n)
			}
			hashes[def.Hash()] = true
		}
		if len(hashes) != len(all) {
			t.Error("two are the same")
		}
	}
}

func TestGeneralize(t *testing.T) {
	t.Parallel()
	def, vars, ok := generalize(list(), testFrame)
	if !ok || def.Hash() != Generic("fr", 2, bot.List, true, testFrame).Hash() {
		t.Errorf("%+v", def)
	}
	want := map[string]string{
		"B": "Votre tranche d'âge ?", "O": "Voir la liste",
		"I1": "r1.age.u18", "L1": "Moins de 18 ans", "D1": noDesc,
		"I2": "r1.age.a18", "L2": "18-24 ans", "D2": "jeune adulte",
	}
	if diff := cmp.Diff(want, vars); diff != "" {
		t.Error(diff)
	}
	for name, change := range map[string]func(*bot.Message){
		"frame makes it too long": func(m *bot.Message) { m.Text = strings.Repeat("a", 1020) },
		"empty text":              func(m *bot.Message) { m.Text = " " },
		"long label":              func(m *bot.Message) { m.Choices[0].Label = strings.Repeat("a", 25) },
		"empty label":             func(m *bot.Message) { m.Choices[0].Label = " " },
		"equal labels":            func(m *bot.Message) { m.Choices[0].Label = m.Choices[1].Label },
		"label of two lines":      func(m *bot.Message) { m.Choices[0].Label = "a\nb" },
		"no opener":               func(m *bot.Message) { m.Opens = "" },
		"no choices":              func(m *bot.Message) { m.Choices = nil },
		"long payload":            func(m *bot.Message) { m.Choices[0].Payload = strings.Repeat("p", 201) },
	} {
		m := list()
		change(&m)
		if _, _, ok := generalize(m, testFrame); ok {
			t.Error(name)
		}
	}
}

func TestContentsConcurrently(t *testing.T) {
	t.Parallel()
	var c Contents
	if _, ok := c.SID("x"); ok {
		t.Error("something in the empty table")
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			hash := fmt.Sprint(i)
			c.put(hash, "HX"+hash)
			c.drop(hash, "HXother")
			if sid, ok := c.SID(hash); !ok || sid != "HX"+hash {
				t.Errorf("%s: %s", hash, sid)
			}
		})
	}
	all.Wait()
	known := map[string]string{"a": "HXa"}
	c.Load(known)
	known["b"] = "HXb"
	if _, ok := c.SID("b"); ok {
		t.Error("the caller's map is shared")
	}
	if _, ok := c.SID("1"); ok {
		t.Error("Load replaces everything")
	}
	c.drop("a", "HXa")
	if _, ok := c.SID("a"); ok {
		t.Error("not dropped")
	}
	c.Load(nil)
	c.put("z", "HXz")
}
