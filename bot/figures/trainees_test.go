package figures

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

func trainees() Figure {
	mean := func(tenths int) protect.Mean { return protect.Mean{Tenths: tenths} }
	at := uuid.MustParse("00000000-0000-4000-8000-000000000003")
	return Figure{ID: "F-7Q2MA", Taken: day, Query: Query{Measure: Trainees}, Titles: map[uuid.UUID]string{at: "Atelier fictif"},
		Published: Published{K: 10, Step: 5, At: day, Synthetic: true, Trained: &Trained{
			People: told(40), Before: mean(24), After: protect.Mean{Tenths: 45, Edge: 1}, Changed: 20,
			Content: &Content{told(35), mean(41)},
			Workshops: []TrainedIn{
				{Mission: at, City: "cd-kinshasa", Country: "CD", Day: day, People: told(25), Before: mean(21), After: mean(44), Content: &Content{told(25), mean(43)}},
				{People: told(15), Before: mean(29), After: protect.Mean{Tenths: 45, Edge: 1}},
			},
			Topics:       []TrainedAt{{"protection", told(30)}, {"mapping", told(20)}, {"invest", told(15)}, {"policy", told(10)}, {"remit", told(10)}},
			Wishing:      told(40),
			Institutions: []TrainedAt{{"mae", told(25)}, {"plan", told(15)}},
		}}}
}

// TestTrainedAtInstitutions: small institutions are brought together, and where
// nothing but the whole would be left, there is no table.
func TestTrainedAtInstitutions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counts map[string]int
		want   []TrainedAt
	}{
		"each enough":      {map[string]int{"mae": 25, "plan": 13}, []TrainedAt{{"mae", told(25)}, {"plan", told(15)}}},
		"small together":   {map[string]int{"mae": 25, "plan": 12, "anapi": 6, "labour": 5}, []TrainedAt{{"mae", told(25)}, {"plan", told(10)}, {Other, told(10)}}},
		"one small":        {map[string]int{"mae": 25, "plan": 12, "anapi": 1}, []TrainedAt{{"mae", told(25)}, {Other, told(15)}}},
		"all in one":       {map[string]int{"mae": 25}, nil},
		"one and few":      {map[string]int{"mae": 25, "plan": 3}, nil},
		"none with enough": {map[string]int{"mae": 6, "plan": 6}, nil},
	} {
		if diff := cmp.Diff(c.want, trainedAt(rules, c.counts, 10)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// TestTopicsWished: a topic is told from the threshold up, and none where few named
// any.
func TestTopicsWished(t *testing.T) {
	t.Parallel()
	got, all := wished(rules, map[string]int{"policy": 11, "mapping": 12, "remit": 9, "invest": 23}, 25, 10)
	if diff := cmp.Diff([]TrainedAt{{"invest", told(25)}, {"mapping", told(10)}, {"policy", told(10)}}, got); diff != "" || all != told(25) {
		t.Error(all, diff)
	}
	if got, all := wished(rules, map[string]int{"policy": 9}, 9, 10); got != nil || all != (protect.Cell{}) {
		t.Error(got, all)
	}
}

// ofOneMind is a group of people of whom each has marked the same.
func ofOneMind(mission uuid.UUID, people, before, after, satisfied, content int) store.WorkshopGroup {
	return store.WorkshopGroup{Mission: mission, People: people, SumBefore: people * before, SumAfter: people * after, Satisfied: satisfied, SumSatisfaction: satisfied * content}
}

// TestTrainedTellsWholeGroups: all that is told, sums and differences of it too, is
// of whole groups: those of the workshops that are not listed stand together, and
// how content few people of a group were is in no mean at all.
func TestTrainedTellsWholeGroups(t *testing.T) {
	t.Parallel()
	missions, all := map[uuid.UUID]store.Mission{}, []store.WorkshopGroup{ofOneMind(uuid.Nil, 10, 2, 3, 10, 2)}
	for i := range 6 {
		id := uuid.UUID{byte(i + 1)}
		missions[id] = store.Mission{ID: id, Kind: store.Workshop, Timezone: "Africa/Kinshasa", StartsAt: day.AddDate(0, i, 0)}
		all = append(all, ofOneMind(id, 12, 2, 4, []int{9, 12, 12, 12, 12, 0}[i], 4))
	}
	all = append(all, ofOneMind(uuid.Nil, 20, 3, 4, 1, 1))
	got := trained(rules, all, missions)
	if got.People.N != 100 || got.Before.Tenths != (10*(10*2+72*2+20*3)+51)/102 || got.Content.People.N != 60 || got.Content.Mean.Tenths != (10*(10*2+48*4)+29)/58 {
		t.Errorf("%+v %+v", got, got.Content)
	}
	if len(got.Workshops) != mostWorkshops+1 {
		t.Fatal(got.Workshops)
	}
	for i, in := range got.Workshops[:mostWorkshops] {
		if want := (uuid.UUID{byte(6 - i)}); in.Mission != want || in.People != told(10) || in.Before.Tenths != 20 || (in.Content == nil) != (i == 0) {
			t.Errorf("%d: %+v", i, in)
		}
	}
	last := got.Workshops[mostWorkshops] // the two others, ten and twenty
	if last.Mission != uuid.Nil || last.People != told(55) || last.Content.People != told(20) || last.Content.Mean.Tenths != (10*(10*2+12*4)+11)/22 {
		t.Errorf("%+v %+v", last, last.Content)
	}
	if one := trained(rules, all[:1], missions); one.Workshops != nil {
		t.Error("one row that is all of them")
	}
}

// TestTraineesAreTold: in words and files stands what was published, in each
// language, and again from the record alone.
func TestTraineesAreTold(t *testing.T) {
	t.Parallel()
	f := trainees()
	raw, err := json.Marshal(f.Published)
	if err != nil {
		t.Fatal(err)
	}
	query, err := json.Marshal(f.Query)
	if err != nil {
		t.Fatal(err)
	}
	again, err := onRecord(store.Figure{ID: "7Q2MA", TakenAt: day, Query: query, Published: raw})
	if err != nil {
		t.Fatal(err)
	}
	again.Titles = f.Titles
	var shown strings.Builder
	for _, lang := range locales.Langs {
		text := f.Say(lang, rules).Text()
		if text != again.Say(lang, rules).Text() {
			t.Errorf("%s: another text from the record", lang)
		}
		if n := len(f.Say(lang, rules).Table); n > 13 { // ten rows under three heads
			t.Errorf("%s: %d lines", lang, n)
		}
		file, err := f.File(bot.CSVWord, lang, rules)
		if err != nil || !bytes.Contains(file.Data, []byte(locales.Tenths(lang, 24))) {
			t.Errorf("%s: %v\n%s", lang, err, file.Data)
		}
		rule := f.traineesRule(lang, rules)
		if !strings.Contains(rule, "10") || !strings.Contains(rule, "20") {
			t.Errorf("%s: %q", lang, rule)
		}
		shown.WriteString("== " + lang.String() + "\n" + text + "\n\n" + rule + "\n\n" + string(bytes.TrimPrefix(file.Data, []byte("\ufeff"))) + "\n")
	}
	got := strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\r", "").Replace(shown.String())
	const path = "testdata/trainees.txt" // to be read aloud
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("to accept, run with -args -update:\n%s", diff)
	}
	none := Figure{ID: "F-7Q2MA", Query: Query{Measure: Trainees}, Published: Published{K: 10, At: day}}
	if said := none.Say(locales.FR, rules); !strings.Contains(said.Sentence, "au moins 10 personnes") || len(said.Table) > 0 {
		t.Error(said)
	}
	if _, drawn := none.Drawing(locales.FR, rules); drawn {
		t.Error("nothing is drawn")
	}
	if file, err := none.File(bot.XLSXWord, locales.FR, rules); err != nil || len(file.Data) == 0 {
		t.Error(err)
	}
}

// TestWholeQuestionAsksForTrainees: the question as it stands in the reference
// asks for both, and each is told.
func TestWholeQuestionAsksForTrainees(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Combien d'annonces, de lectures, de réponses et de présents par réunion ou visite, et progrès des agents formés ?",
		"Announcements, deliveries, replies and attendance per meeting or visit, and trainee progress?",
		"trainee progress and results of meetings",
	} {
		u := Parse(text)
		if diff := cmp.Diff([]Query{{Measure: Results}, {Measure: Trainees}}, append([]Query{u.Query}, u.Each...)); diff != "" || !u.Clear() {
			t.Errorf("%q: %+v\n%s", text, u, diff)
		}
	}
}
