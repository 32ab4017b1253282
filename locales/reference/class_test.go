package reference

import (
	"slices"
	"strings"
	"testing"
)

func classCodes(scheme string) []string {
	var codes []string
	for _, c := range Classes(scheme) {
		codes = append(codes, c.Code)
	}
	return codes
}

func TestClassificationsAreWhole(t *testing.T) {
	t.Parallel()
	for scheme, want := range map[string]int{ISCO08: 53, ISIC4: 21, ISCED2011: 10, ISCEDF2013: 11} {
		codes := classCodes(scheme)
		if len(codes) != want {
			t.Errorf("%s has %d entries, want %d", scheme, len(codes), want)
		}
		if slices.Sort(codes); len(slices.Compact(codes)) != want {
			t.Errorf("%s has an entry twice", scheme)
		}
	}
	if Classes("isbn") != nil {
		t.Error("an unknown classification has entries")
	}
	for _, c := range Classes(ISCO08) {
		if len(c.Code) == 2 && c.Parent != c.Code[:1] {
			t.Errorf("ISCO %s is under %q", c.Code, c.Parent)
		}
	}
}

// Every code of an option stands in its classification; ISCO's 3 and 4 digits
// are only as deep as our table, 2.
func TestOptionsPointIntoTheirClassification(t *testing.T) {
	t.Parallel()
	in := map[string]string{
		"education_level": ISCED2011, "field_of_study": ISCEDF2013, "sector": ISIC4, "fund_sector": ISIC4,
		"profession_group": ISCO08,
	}
	for _, key := range Lists() {
		if strings.HasPrefix(key, "profession_") {
			in[key] = ISCO08
		}
	}
	for key, scheme := range in {
		codes := classCodes(scheme)
		for _, o := range List(key) {
			for _, code := range o.Classes {
				if scheme == ISCO08 {
					code = code[:min(len(code), 2)]
				}
				if code == "9" && scheme == ISCED2011 {
					continue // "not elsewhere classified"
				}
				if !slices.Contains(codes, code) {
					t.Errorf("%s/%s: no %s %s", key, o.Code, scheme, code)
				}
			}
		}
	}
}

func TestClassesNameOptions(t *testing.T) {
	t.Parallel()
	for scheme, key := range map[string]string{
		ISCO08: "profession_group", ISIC4: "sector", ISCED2011: "education_level", ISCEDF2013: "field_of_study",
	} {
		for _, c := range Classes(scheme) {
			known := slices.ContainsFunc(List(key), func(o Option) bool { return o.Code == c.Group })
			if c.Group != "" && !known {
				t.Errorf("%s %s: no option %s in %s", scheme, c.Code, c.Group, key)
			}
		}
	}
}

func TestProvinceGroupsHoldTheirProvinces(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, o := range List("province_group") {
		for _, code := range o.Classes {
			seen++
			if p, ok := ProvinceByCode(code); !ok || p.Group != o.Code {
				t.Errorf("%s is not in %s", code, o.Code)
			}
		}
	}
	if seen != len(Provinces()) {
		t.Errorf("the groups hold %d provinces", seen)
	}
}
