package reference

import (
	"strings"
	"testing"
)

func TestEveryTableReadsWithoutFault(t *testing.T) {
	t.Parallel()
	loads := map[string]func() error{
		"options":        func() error { _, err := loadOptions(); return err },
		"countries":      func() error { _, err := loadCountries(); return err },
		"quick picks":    func() error { _, err := loadPicks(); return err },
		"cities":         func() error { _, err := loadCities(); return err },
		"provinces":      func() error { _, err := loadProvinces(); return err },
		"classes":        func() error { _, err := loadClasses(); return err },
		"practices":      func() error { _, err := loadPractices(); return err },
		"country names":  func() error { _, err := countryNames(); return err },
		"province names": func() error { _, err := provinceNames(); return err },
	}
	for name, load := range loads {
		if err := load(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	if _, err := open("none.csv"); err == nil || !strings.Contains(err.Error(), "none.csv") {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := open("countries.csv", "iso_alpha2", "anthem"); err == nil || !strings.Contains(err.Error(), "anthem") {
		t.Errorf("a column that is not there: %v", err)
	}
}

func TestRowsCollectTheirFaults(t *testing.T) {
	t.Parallel()
	tab := table{
		file:   "x.csv",
		column: map[string]int{"name": 0, "n": 1},
		rows:   [][]string{{" a ", "3"}, {"", "many"}, {"c", ""}},
	}
	var names []string
	var sum int
	err := tab.each(func(r *row) {
		names = append(names, r.must("name"))
		sum += r.integer("n")
	})
	if err == nil {
		t.Fatal("no fault")
	}
	for _, want := range []string{"x.csv line 3: name is empty", "x.csv line 3: n is not a number"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	if got := strings.Join(names, ","); got != "a,,c" || sum != 3 {
		t.Errorf("read %q and %d", got, sum)
	}
}

func TestAliasesSplitAtBars(t *testing.T) {
	t.Parallel()
	tab := table{column: map[string]int{"a": 0}, rows: [][]string{{"x|y z"}, {""}}}
	var got []string
	if err := tab.each(func(r *row) { got = append(got, strings.Join(r.aliases("a"), "/")) }); err != nil {
		t.Fatal(err)
	}
	if strings.Join(got, ";") != "x/y z;" {
		t.Errorf("got %q", got)
	}
}
