package bot

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"mboka/flows"
	"mboka/flows/flowstest"
	"mboka/flows/registration"
	"mboka/locales"
	"mboka/store/seal"
	"mboka/store/storetest"
)

var update = flag.Bool("update", false, "rewrite testdata with what was seen")

// thinking is a bot that can only think: it has no stores.
func thinking(t testing.TB) *Bot {
	t.Helper()
	b, err := New(Config{
		Flows: flowstest.All(),
		Keys:  storetest.Keys(t),
		Facts: map[string]Lookup{flows.FactRecord: nil},
	}, "test")
	if err != nil && !strings.Contains(err.Error(), flows.FactRecord) {
		t.Fatal(err)
	}
	return b
}

// at is a session that stands at a question of the form, everything before it
// answered.
func at(step string, lang locales.Lang, extra ...flows.Answered) Session {
	given := flows.Answers{
		{Step: "language", Codes: []string{lang.String()}}, {Step: "consent", Codes: []string{"yes"}},
		{Step: "age_band", Codes: []string{"35_44"}}, {Step: "country_residence", Codes: []string{"BE"}},
		{Step: "education_level", Codes: []string{"edu_master"}}, {Step: "employment_status", Codes: []string{"employee"}},
		{Step: "counted", Codes: []string{"continue"}}, {Step: "field_of_study", Codes: []string{"field_health"}},
		{Step: "sector", Codes: []string{"health_social"}}, {Step: "profession_group", Codes: []string{"health"}},
		{Step: "profession", Codes: []string{"nursing"}}, {Step: "experience_years", Codes: []string{"2_5"}},
		{Step: "languages", Codes: []string{"fr"}}, {Step: "contribution_types", Codes: []string{"none"}},
		{Step: "city_residence", Codes: []string{"be-liege"}}, {Step: "years_abroad", Codes: []string{"born"}},
		{Step: "sex", Codes: []string{"f"}}, {Step: "display_name", Text: "Mado"},
	}
	for i, a := range given {
		if a.Step == step {
			given = given[:i]
			break
		}
	}
	for _, e := range extra {
		for i := range given {
			if given[i].Step == e.Step {
				given[i] = e
			}
		}
	}
	return Session{Lang: lang.String(), Chosen: true, Member: "m", Stack: []flows.State{{
		Flow: registration.ID, Version: registration.Flow().Version, Run: "aaaaaa", Step: step, Answers: given,
	}}}
}

var today = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// understood says in one word what became of a typed text.
func understood(b *Bot, s Session, text string) string {
	step := s.Stack[0].Step
	out := b.think(seal.Chat{1}, s, Inbound{Channel: "telegram", ID: "1", Kind: Text, Text: text}, today, nil)
	if out.Need != "" {
		return "needs:" + out.Need
	}
	top, ok := out.Session.top()
	if !ok {
		return "ended"
	}
	if top.Flow != registration.ID {
		return "flow:" + top.Flow
	}
	if a, answered := top.Answers.Get(step); answered {
		switch {
		case a.Skipped:
			return "skipped"
		case a.Text != "":
			return "text:" + a.Text
		}
		return "taken:" + strings.Join(a.Codes, ",")
	}
	switch {
	case top.Pending != nil && top.Pending.Doubt != "":
		return "doubt:" + top.Pending.Doubt
	case top.Pending != nil && top.Pending.Text != "":
		return "unsure:text"
	case top.Pending != nil:
		return "unsure:" + strings.Join(top.Pending.Codes, ",")
	case top.Sub != "":
		return "opened:" + top.Sub
	case top.Step != step:
		return "at:" + top.Step
	case top.Misses > 0:
		return "miss"
	}
	if len(out.Prompt.Lead) > 0 {
		return "said:" + string(out.Prompt.Lead[0].Key)
	}
	return "asked again"
}

// TestHumanInputs holds what 200 typed answers are understood as, whatever the
// language of the interface. A typed answer is never silently recorded as
// something else: what is not certain is unsure or a miss.
func TestHumanInputs(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	const path = "testdata/human.tsv"
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var kept []string
	count := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			kept = append(kept, line)
			continue
		}
		part := strings.Split(line, "\t")
		step, input := part[0], strings.ReplaceAll(part[1], `\n`, "\n")
		count++
		var got []string
		for _, lang := range locales.Langs {
			if one := understood(b, at(step, lang), input); !slices.Contains(got, one) {
				got = append(got, one)
			}
		}
		seen := strings.Join(got, " | ")
		kept = append(kept, part[0]+"\t"+part[1]+"\t"+seen)
		if !*update && (len(part) < 3 || seen != part[2]) {
			t.Errorf("%s: %q is understood as %s, not %s", step, input, seen, fmt.Sprint(part[2:]))
		}
	}
	if count < 200 {
		t.Errorf("%d inputs, at least 200 are wanted", count)
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(kept, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
