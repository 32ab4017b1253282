package bot_test

import (
	"slices"
	"strings"

	"mboka/flows"
	"mboka/flows/contribution"
	"mboka/flows/directory"
	"mboka/flows/fund"
	"mboka/flows/menu"
	"mboka/flows/registration"
	"mboka/flows/rights"
	"mboka/locales"
	"mboka/locales/reference"
)

// value is an answer: codes, a text, or both.
type value struct {
	codes []string
	text  string
}

func (v value) none() bool { return len(v.codes) == 0 && v.text == "" }

func (v value) same(w value) bool { return v.text == w.text && slices.Equal(v.codes, w.codes) }

func (v value) code() string {
	if len(v.codes) == 0 {
		return ""
	}
	return v.codes[len(v.codes)-1]
}

func (v value) String() string {
	if v.text != "" {
		return strings.Join(v.codes, "+") + "«" + v.text + "»"
	}
	return strings.Join(v.codes, "+")
}

// questions are those of the form, in their order.
var questions = append(registration.Required(), registration.Optional()...)

func question(step string) (*flows.Step, bool) {
	for i := range questions {
		if questions[i].ID == step {
			return &questions[i], true
		}
	}
	return nil, false
}

// simFlows are all flows, by id.
var simFlows = func() map[string]*flows.Flow {
	all := map[string]*flows.Flow{}
	for _, f := range []*flows.Flow{registration.Flow(), registration.Profile(), menu.Flow(), menu.Resume(), menu.Tongue(), menu.Offer(), contribution.Flow(), fund.Flow(), directory.Flow(),
		rights.MyData(), rights.Erase(), rights.Complaint(), rights.Consents(), rights.WhoSaw(), rights.Share()} {
		all[f.ID] = f
	}
	return all
}()

// stepOf is a step of a flow; one without a field is none.
func stepOf(flow, step string) (*flows.Step, bool) {
	f := simFlows[flow]
	if f == nil {
		return nil, false
	}
	s, ok := f.Step(step)
	return s, ok && s.Field != nil
}

// display is how an answer is named to its giver.
func display(s *flows.Step, v value, lang locales.Lang) string {
	var shown []string
	for _, l := range s.Field.Show(flows.Answered{Step: s.ID, Codes: v.codes, Text: v.text}) {
		shown = append(shown, l.In(lang))
	}
	return strings.Join(shown, ", ")
}

// several tells the questions that take more than one answer.
func several(step string) bool { return step == "languages" || step == "contribution_types" }

// options are all rows that a step may show for what is known of a person.
func options(s *flows.Step, known map[string]value) []flows.Option {
	switch s.ID {
	case "profession":
		for _, o := range registrationGroups {
			if o.Code == known["profession_group"].code() {
				return professionRows[o.Code]
			}
		}
		return nil
	case "city_residence":
		var out []flows.Option
		for _, c := range reference.Cities(known["country_residence"].code()) {
			out = append(out, flows.Option{Code: c.ID, Label: c.Name})
		}
		return out
	}
	var out []flows.Option
	for _, list := range s.Field.Lists() {
		out = append(out, list...)
	}
	return out
}

var registrationGroups = func() []flows.Option {
	s, _ := question("profession_group")
	return s.Field.Lists()[0]
}()

// professionRows are the professions of each group.
var professionRows = func() map[string][]flows.Option {
	s, _ := question("profession")
	rows := map[string][]flows.Option{}
	for _, g := range registrationGroups {
		given := flows.Answers{{Step: "profession_group", Codes: []string{g.Code}}}
		rows[g.Code] = s.Field.Offer(flows.View{Answers: given}).Options
	}
	return rows
}()

// label is the name of one code of a step in a language.
func label(s *flows.Step, known map[string]value, code string, lang locales.Lang) string {
	if s.ID == "country_residence" {
		if c, ok := reference.CountryByCode(code); ok {
			return c.Row.In(lang)
		}
	}
	for _, o := range options(s, known) {
		if o.Code == code {
			return o.Label.In(lang)
		}
	}
	return ""
}

// valueOf is the answer that a tapped code gives; false where it opens more.
func valueOf(s *flows.Step, code string) (value, bool) {
	if s.ID != "province_origin" {
		return value{codes: []string{code}}, true
	}
	if p, ok := reference.ProvinceByCode(code); ok {
		return value{codes: []string{p.Group, p.Code}}, true
	}
	var in []string
	for _, p := range reference.Provinces() {
		if p.Group == code {
			in = append(in, p.Code)
		}
	}
	switch len(in) {
	case 0:
		return value{codes: []string{code}}, true
	case 1:
		return value{codes: []string{code, in[0]}}, true
	}
	return value{}, false
}

// named finds the answers that are shown by a name: what was meant, if it has
// that name, else the first that has.
func named(s *flows.Step, known map[string]value, shown string, meant value, lang locales.Lang) (value, bool) {
	if !meant.none() && display(s, meant, lang) == shown {
		return meant, true
	}
	if several(s.ID) {
		codes, ok := subset(options(s, known), shown, lang)
		return value{codes: codes}, ok
	}
	for _, o := range options(s, known) {
		if v, whole := valueOf(s, o.Code); whole && display(s, v, lang) == shown {
			return v, true
		}
	}
	return value{}, false
}

// subset reads a list of labels, in the order of the options; labels have
// commas themselves.
func subset(rows []flows.Option, shown string, lang locales.Lang) ([]string, bool) {
	if shown == "" {
		return nil, true
	}
	for i, o := range rows {
		rest, ok := strings.CutPrefix(shown, o.Label.In(lang))
		if !ok {
			continue
		}
		if rest == "" {
			return []string{o.Code}, true
		}
		if rest, ok = strings.CutPrefix(rest, ", "); !ok {
			continue
		}
		if more, ok := subset(rows[i+1:], rest, lang); ok {
			return append([]string{o.Code}, more...), true
		}
	}
	return nil, false
}

// schooled tells whether somebody is asked what they studied.
func schooled(known map[string]value) bool {
	return !slices.Contains([]string{"edu_primary", "edu_lower_sec", "edu_upper_sec", "edu_unknown"}, known["education_level"].code())
}

// asked tells whether a question is for somebody with these answers.
func asked(step string, known map[string]value) bool {
	switch step {
	case "field_of_study":
		return schooled(known)
	case "profession":
		return !known["profession_group"].none()
	}
	return true
}

// dependents are the answers that fall with another one.
func dependents(step string, known map[string]value) []string {
	switch {
	case step == "country_residence":
		return []string{"city_residence"}
	case step == "profession_group":
		return []string{"profession"}
	case step == "education_level" && !schooled(known):
		return []string{"field_of_study"}
	}
	return nil
}

// folded are texts made comparable, to know when a label is ambiguous.
func folded(s string) string { return reference.Fold(s) }

// bare is a code without the tick that it wants, or the mark of the question
// that it answers.
func bare(code string) string {
	if strings.HasPrefix(code, "~") {
		code, _, _ = strings.Cut(code, "-")
	}
	return strings.TrimLeft(code, "+-")
}
