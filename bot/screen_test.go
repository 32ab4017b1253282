package bot

import (
	"testing"

	"mboka/flows"
	"mboka/locales"
)

// TestEarlyTextIsReadOnItsScreen: a row number means the row that was shown
// when it was written, not that of the screen that opened meanwhile.
func TestEarlyTextIsReadOnItsScreen(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	late := func(s Session, first, second string) flows.State {
		s.PromptAt = today.Add(-1)
		out := follow(t, b, s, typedIn(first))
		out.Session.PromptAt = today.Add(1) // the reply went out after the second was written
		out = follow(t, b, out.Session, typedIn(second))
		return out.Session.Stack[0]
	}
	if got := late(at("province_origin", locales.FR), "6", "1").Answers.Code("province_origin"); got != "kinshasa" {
		t.Errorf("row 1 of the first screen is %q", got)
	}
	if st := late(at("country_residence", locales.FR), "Beljique", "1"); st.Answers.Code("country_residence") != "FR" {
		t.Errorf("row 1 was taken for a yes to a guess: %+v", st)
	}
	s := at("city_residence", locales.FR)
	s.Stack[0].Pending = &flows.Pending{Text: "Petitville", Whole: true, Ask: string(locales.CityKeepAsk)}
	if st := late(s, "Bourgade", "oui"); st.Step != "city_residence" || st.Pending == nil || st.Pending.Text != "Bourgade" {
		t.Errorf("a yes to one city was taken for the next: %+v", st)
	}
}
