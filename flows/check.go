package flows

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"mboka/locales"
	"mboka/locales/reference"
)

// Fault is one thing that is wrong with a flow, and what to do about it.
type Fault struct {
	Flow, Step string
	What       string
}

func (f Fault) String() string { return f.Flow + "." + f.Step + ": " + f.What }

// CheckOptions are the limits and words that a flow is held against.
type CheckOptions struct {
	ButtonTitle int // of lists of three rows or fewer without descriptions
	Few         int // how many rows still fit as buttons
	RowTitle    int
	RowDesc     int
	Rows        int // most rows of a list
	Payload     int // bytes
	Prompt      int // characters of a question, filled in
	Sentence    int // words
	// Long are the texts that may be longer, with their own limit.
	Long map[locales.Key]int
	// Fill are the longest values of template fields.
	Fill locales.Args
	// CommandWords are chat words, folded: no label may be one.
	CommandWords []string
	// MayCommand are labels that are commands by nature.
	MayCommand []locales.Key
	// Facts are those that somebody provides.
	Facts []string
}

type checker struct {
	f       *Flow
	opt     CheckOptions
	exempt  map[string]bool
	faults  []Fault
	reached map[int]bool
}

// Check finds what is wrong with a flow. It is pure: nothing is asked of
// anybody, and a flow without faults gives nil.
func Check(f *Flow, opt CheckOptions) []Fault {
	c := &checker{f: f, opt: opt, exempt: map[string]bool{}, reached: map[int]bool{}}
	for _, key := range opt.MayCommand {
		for _, lang := range locales.Langs {
			c.exempt[reference.Fold(locales.LabelOf(key).In(lang))] = true
		}
	}
	if len(f.Steps) == 0 {
		c.fault("", "there are no steps")
		return c.faults
	}
	c.reach(0)
	seen := map[string]bool{}
	for i := range f.Steps {
		s := &f.Steps[i]
		if seen[s.ID] {
			c.fault(s.ID, "another step has the same id: rename one")
		}
		seen[s.ID] = true
		c.step(i, s)
	}
	return c.faults
}

func (c *checker) fault(step, format string, args ...any) {
	f := Fault{Flow: c.f.ID, Step: step, What: fmt.Sprintf(format, args...)}
	if !slices.Contains(c.faults, f) { // a row that stands in many lists
		c.faults = append(c.faults, f)
	}
}

// reach marks what can be come to from a step: by its routes, by going on, and
// past steps that may be left out.
func (c *checker) reach(i int) {
	if i >= len(c.f.Steps) || c.reached[i] {
		return
	}
	c.reached[i] = true
	s := &c.f.Steps[i]
	for _, r := range s.Routes {
		if to, ok := c.f.index[r.To]; ok {
			c.reach(to)
		}
	}
	if s.Kind == Review { // any line can be edited
		for j := range c.f.Steps {
			if c.f.Steps[j].Kind == Question {
				c.reached[j] = true
				c.routesOf(j)
			}
		}
	}
	if s.Kind != End || s.Unless.Step != "" {
		c.reach(i + 1)
	}
}

func (c *checker) routesOf(i int) {
	for _, r := range c.f.Steps[i].Routes {
		if to, ok := c.f.index[r.To]; ok {
			c.reach(to)
		}
	}
}

var stepID = regexp.MustCompile(`^[a-z][a-z0-9_]{0,23}$`)

func (c *checker) step(i int, s *Step) {
	if !stepID.MatchString(s.ID) {
		c.fault(s.ID, "the id must be 1 to 24 of a-z 0-9 _, a letter first")
	}
	if !c.reached[i] {
		c.fault(s.ID, "nothing leads here: add a route or take it out")
	}
	if (s.Field == nil) != (s.Kind == End) {
		c.fault(s.ID, "an End has no field, everything else has one")
	}
	if s.Kind == Question && s.Title == "" {
		c.fault(s.ID, "a question needs a Title for the summary")
	}
	for _, need := range s.Needs {
		if !slices.Contains(c.opt.Facts, need) {
			c.fault(s.ID, "nobody provides the fact %q", need)
		}
	}
	codes := c.codes(s)
	for _, r := range s.Routes {
		if _, ok := c.f.index[r.To]; !ok {
			c.fault(s.ID, "the route of %q leads to %q, which does not exist", r.Code, r.To)
		}
		if !codes[r.Code] {
			c.fault(s.ID, "there is a route for %q, but no such option", r.Code)
		}
	}
	c.condition(i, s)
	for _, key := range []locales.Key{s.Ask, s.Again, s.Empty, s.Title, s.Why, s.More, s.Must} {
		if key != "" {
			c.text(s.ID, key)
		}
	}
	if s.Ask == "" {
		c.fault(s.ID, "there is no text to ask")
	}
	if s.Field != nil {
		c.field(s)
	}
}

func (c *checker) codes(s *Step) map[string]bool {
	codes := map[string]bool{}
	if s.Field == nil {
		return codes
	}
	for _, list := range s.Field.Lists() {
		for _, o := range list {
			codes[o.Code] = true
		}
	}
	if s.Field.Offer(View{}).Free {
		codes[Written] = true
	}
	return codes
}

// condition checks that a condition looks back, at codes that exist. A step
// that was only pretended answered (a record that goes on) has none to check.
func (c *checker) condition(i int, s *Step) {
	if s.Unless.Step == "" {
		return
	}
	for cond := &s.Unless; cond != nil; cond = cond.Or {
		c.looksBack(i, s, *cond)
	}
	if from := s.Field; from != nil && from.From() != "" && !slices.Contains(c.f.Given, from.From()) {
		if k, ok := c.f.index[from.From()]; !ok || k >= i {
			c.fault(s.ID, "the list hangs on %q, which is not asked before", from.From())
		}
	}
}

func (c *checker) looksBack(i int, s *Step, cond Cond) {
	j, ok := c.f.index[cond.Step]
	if !ok {
		if s.Kind != End && !slices.Contains(c.f.Given, cond.Step) {
			c.fault(s.ID, "the condition looks at %q, which does not exist", cond.Step)
		}
		return
	}
	if j >= i {
		c.fault(s.ID, "the condition looks at %q, which is asked later", cond.Step)
	}
	codes := c.codes(&c.f.Steps[j])
	for _, code := range cond.In {
		if !codes[code] {
			c.fault(s.ID, "the condition looks for %q in %q, which has no such option", code, cond.Step)
		}
	}
}

var sentenceEnd = regexp.MustCompile(`[.!?…:;]\s|\n|[.!?…]$`)

// text checks that a text is there in every language, with the same fields,
// and short enough to be read at a bus stop.
func (c *checker) text(step string, key locales.Key) {
	for _, lang := range locales.Langs {
		if !locales.Has(lang, key) {
			c.fault(step, "%s has no text %q", lang, key)
			continue
		}
		if !slices.Equal(locales.Fields(lang, key), locales.Fields(locales.FR, key)) {
			c.fault(step, "%q has fields %v in %s and %v in fr", key, locales.Fields(lang, key), lang, locales.Fields(locales.FR, key))
		}
		text := locales.Text(lang, key, c.opt.Fill)
		limit, long := c.opt.Long[key]
		if !long {
			limit = c.opt.Prompt
		}
		if n := utf8.RuneCountInString(text); n > limit {
			c.fault(step, "%q is %d characters in %s, the most is %d", key, n, lang, limit)
		}
		if long {
			continue
		}
		for _, sentence := range sentenceEnd.Split(text, -1) {
			if n := len(strings.Fields(sentence)); n > c.opt.Sentence {
				c.fault(step, "a sentence of %q has %d words in %s, the most is %d", key, n, lang, c.opt.Sentence)
			}
		}
	}
}

func (c *checker) field(s *Step) {
	for _, list := range s.Field.Lists() {
		if len(list) > c.opt.Rows {
			c.fault(s.ID, "a list has %d rows, the most is %d", len(list), c.opt.Rows)
		}
		described := slices.ContainsFunc(list, func(o Option) bool { return !o.Desc.Empty() })
		limit := c.opt.RowTitle
		if len(list) <= c.opt.Few && !described {
			limit = c.opt.ButtonTitle
		}
		if len(list) == 1 && s.Kind == Question {
			limit = c.opt.RowTitle // a row that stands below others
		}
		for _, lang := range locales.Langs {
			labels := map[string]string{}
			for _, o := range list {
				c.label(s, o, lang, limit)
				folded := reference.Fold(o.Label.In(lang))
				if other, twice := labels[folded]; twice {
					c.fault(s.ID, "%q and %q have the same label in %s", other, o.Code, lang)
				}
				labels[folded] = o.Code
			}
		}
	}
}

// runLength is the length of a run's name in payloads.
const runLength = 6

func (c *checker) label(s *Step, o Option, lang locales.Lang, limit int) {
	label := o.Label.In(lang)
	folded := reference.Fold(label)
	switch {
	case folded == "":
		c.fault(s.ID, "%q has no label in %s", o.Code, lang)
	case utf8.RuneCountInString(label) > limit:
		c.fault(s.ID, "the label %q is %d characters in %s, the most is %d", label, utf8.RuneCountInString(label), lang, limit)
	case slices.Contains(c.opt.CommandWords, folded) && !c.exempt[folded]:
		c.fault(s.ID, "the label %q is a command word: choose another", label)
	}
	if n := utf8.RuneCountInString(o.Desc.In(lang)); n > c.opt.RowDesc {
		c.fault(s.ID, "the description of %q is %d characters in %s, the most is %d", o.Code, n, lang, c.opt.RowDesc)
	}
	if n := runLength + len(s.ID) + len(o.Code) + len("..+"); n > c.opt.Payload {
		c.fault(s.ID, "the payload of %q is %d bytes, the most is %d", o.Code, n, c.opt.Payload)
	}
}
