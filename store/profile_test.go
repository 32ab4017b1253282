package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

// everyAnswer answers all questions, in their order.
var everyAnswer = []store.Answer{
	{Step: "age_band", Codes: []string{"35_44"}},
	{Step: "country_residence", Codes: []string{"CD"}},
	{Step: "education_level", Codes: []string{"edu_master"}},
	{Step: "employment_status", Codes: []string{"employee"}},
	{Step: "field_of_study", Codes: []string{"health"}},
	{Step: "sector", Codes: []string{"health"}},
	{Step: "profession_group", Codes: []string{"health"}},
	{Step: "profession", Codes: []string{"health_other"}, Text: "Accoucheuse à domicile"},
	{Step: "experience_years", Codes: []string{"10p"}},
	{Step: "languages", Codes: []string{"fr", "ln", "sw"}},
	{Step: "contribution_types", Codes: []string{"teach"}},
	{Step: "city_residence", Codes: []string{"be-brussels"}, Text: "Matonge, près de la Porte"},
	{Step: "years_abroad", Codes: []string{"born"}},
	{Step: "sex", Codes: []string{"f"}},
	{Step: "display_name", Text: "Mama Béa"},
	{Step: "province_origin", Codes: []string{"kasai_or", "CD-KE"}},
	{Step: "availability", Codes: []string{"2w_3m"}},
	{Step: "target_province", Codes: []string{"kivu_maniema", "CD-NK"}},
	{Step: "target_sector", Codes: []string{"health_social"}},
	{Step: "offer_text", Text: "Former des accoucheuses à Goma"},
	{Step: "barriers", Codes: []string{"corruption", "cost"}},
	{Step: "remittance_frequency", Codes: []string{"monthly"}},
	{Step: "remittance_use", Codes: []string{"school", "health"}},
	{Step: "fund_interest", Codes: []string{"maybe"}},
	{Step: "fund_amount_usd", Codes: []string{"500_999"}},
	{Step: "fund_instrument", Codes: []string{"bond"}},
	{Step: "fund_sector", Codes: []string{"health", "agri"}},
	{Step: "fund_horizon", Codes: []string{"1_3"}},
	{Step: "fund_main_concern", Codes: []string{"mismanage"}},
	{Step: "fund_trust_conditions", Codes: []string{"audit", "exit"}},
}

func putAnswers(t *testing.T, db *store.DB, member uuid.UUID, at time.Time, answers ...store.Answer) {
	t.Helper()
	do(t, db, func(tx *store.Tx) error { return tx.PutAnswers(t.Context(), member, at, answers) })
}

func profileOf(t *testing.T, db *store.DB, member uuid.UUID) []store.Answer {
	t.Helper()
	got, err := db.ProfileAnswers(t.Context(), member)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestEveryQuestionComesBackInOrder(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	id, _ := person(t, db, "1", "ABC234")
	if got := profileOf(t, db, id); got != nil {
		t.Errorf("before any answer: %v", got)
	}
	putAnswers(t, db, id, morning)
	if got := profileOf(t, db, id); got != nil {
		t.Errorf("after no answer: %v", got)
	}
	for i := len(everyAnswer) - 1; i >= 0; i-- { // given backwards
		putAnswers(t, db, id, morning, everyAnswer[i])
	}
	if diff := cmp.Diff(everyAnswer, profileOf(t, db, id)); diff != "" {
		t.Error(diff)
	}
	if got := sql(t, url, `SELECT returnee FROM profile`); got != "t" {
		t.Errorf("who lives in the country is a returnee: %q", got)
	}
	for _, a := range everyAnswer {
		putAnswers(t, db, id, morning, store.Answer{Step: a.Step})
	}
	if got := profileOf(t, db, id); got != nil {
		t.Errorf("after all was taken back: %v", got)
	}
	if got := sql(t, url, `SELECT count(*) FROM profile WHERE
		num_nonnulls(age_band, profession_text, languages, city_text, display_name, province_group, province_origin, returnee) > 0`); got != "0" {
		t.Error("a column is still filled")
	}
}

func TestAnswersReplaceEachOther(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	id, _ := person(t, db, "1", "ABC234")
	for _, step := range []struct{ given, want []store.Answer }{
		{[]store.Answer{{Step: "province_origin", Codes: []string{"kasai_or", "CD-KE"}}}, nil},
		{[]store.Answer{{Step: "province_origin", Codes: []string{"katanga"}}}, nil}, // the old place goes
		{[]store.Answer{{Step: "province_origin"}, {Step: "city_residence", Text: "Trifouillis"}},
			[]store.Answer{{Step: "city_residence", Text: "Trifouillis"}}},
		{[]store.Answer{{Step: "city_residence", Codes: []string{"be-liege"}}}, nil}, // the old text goes
		{[]store.Answer{{Step: "city_residence", Codes: []string{"be-ghent"}}, {Step: "city_residence", Codes: []string{"be-mons"}}},
			[]store.Answer{{Step: "city_residence", Codes: []string{"be-mons"}}}}, // the last of two
		{[]store.Answer{{Step: "city_residence"}, {Step: "languages", Codes: []string{"ln", "fr"}}},
			[]store.Answer{{Step: "languages", Codes: []string{"ln", "fr"}}}},
		{[]store.Answer{{Step: "languages", Codes: []string{"en"}}}, nil},
	} {
		putAnswers(t, db, id, morning, step.given...)
		want := step.want
		if want == nil {
			want = step.given
		}
		if diff := cmp.Diff(want, profileOf(t, db, id)); diff != "" {
			t.Errorf("after %v: %s", step.given, diff)
		}
	}
}

func TestWrongAnswersAreRefusedWhole(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	id, _ := person(t, db, "1", "ABC234")
	right := store.Answer{Step: "sector", Codes: []string{"health"}}
	for say, wrong := range map[string]store.Answer{
		"a question nobody asks":    {Step: "religion", Codes: []string{"any"}},
		"a column, not a question":  {Step: "member_id", Codes: []string{"x"}},
		"no question":               {Codes: []string{"x"}},
		"two codes for one":         {Step: "sector", Codes: []string{"health", "ict"}},
		"three for a place":         {Step: "province_origin", Codes: []string{"a", "b", "c"}},
		"a code for a name":         {Step: "display_name", Codes: []string{"x"}},
		"a text beside a list":      {Step: "languages", Codes: []string{"fr"}, Text: "et un peu de swahili"},
		"a sentence as a code":      {Step: "languages", Codes: []string{"fr", "un peu"}},
		"an empty code":             {Step: "sector", Codes: []string{""}},
		"a country in small":        {Step: "country_residence", Codes: []string{"be"}},
		"a country that is a place": {Step: "country_residence", Codes: []string{"Belgique"}},
	} {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			return tx.PutAnswers(t.Context(), id, morning, []store.Answer{right, wrong})
		})
		if !errors.Is(err, store.ErrBadAnswer) {
			t.Errorf("%s: %v", say, err)
		}
	}
	if got := profileOf(t, db, id); got != nil {
		t.Errorf("the answer beside it was written: %v", got)
	}
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		return tx.PutAnswers(t.Context(), uuid.New(), morning, []store.Answer{right})
	})
	if err == nil || errors.Is(err, store.ErrBadAnswer) {
		t.Errorf("a profile of nobody: %v", err)
	}
}

// Sealed texts open only in their own row and column.
func TestTextsAreBoundToTheirPlace(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	one, _ := person(t, db, "1", "ABC234")
	two, _ := person(t, db, "2", "ABC235")
	putAnswers(t, db, one, morning, everyAnswer...)
	putAnswers(t, db, two, morning, everyAnswer...)
	sql(t, url, `UPDATE profile SET display_name = (SELECT display_name FROM profile WHERE member_id = '`+one.String()+`') WHERE member_id = '`+two.String()+`'`)
	if got, err := db.ProfileAnswers(t.Context(), two); err == nil {
		t.Errorf("another one's name opens: %v", got)
	}
	profileOf(t, db, one)
	sql(t, url, `UPDATE profile SET display_name = city_text`)
	if got, err := db.ProfileAnswers(t.Context(), one); err == nil {
		t.Errorf("a city opens as a name: %v", got)
	}
}
