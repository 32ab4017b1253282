package reference

import (
	"sync"

	"mboka/locales"
)

// Class is one entry of an international classification.
type Class struct {
	Code   string
	Parent string        // of a sub-major group of ISCO-08, else empty
	Name   locales.Label // Lingala has the French name
	Group  string        // the option of our lists that covers it; empty for fields of study in several
}

// The classifications.
const (
	ISCO08     = "isco08"      // occupations: major and sub-major groups
	ISIC4      = "isic4"       // sectors: sections
	ISCED2011  = "isced2011"   // levels of education
	ISCEDF2013 = "isced_f2013" // broad fields of education
)

type scheme struct {
	file, code, group, parent string
}

var schemes = map[string]scheme{
	ISCO08:     {"occupations_isco08.csv", "isco08", "chat_group", "parent"},
	ISIC4:      {"sectors_isic4.csv", "isic4_section", "chat_group", ""},
	ISCED2011:  {"education_isced2011.csv", "isced2011", "chat_code", ""},
	ISCEDF2013: {"fields_isced_f2013.csv", "isced_f", "chat_code", ""},
}

var loadClasses = sync.OnceValues(func() (map[string][]Class, error) {
	all := map[string][]Class{}
	for name, s := range schemes {
		t, err := open(s.file, s.code, s.group, "label_fr", "label_en")
		if err != nil {
			return all, err
		}
		err = t.each(func(r *row) {
			c := Class{Code: r.must(s.code), Group: r.text(s.group), Name: frenchForLingala(r, "label_fr", "label_en")}
			if s.parent != "" {
				c.Parent = r.text(s.parent)
			}
			all[name] = append(all[name], c)
		})
		if err != nil {
			return all, err
		}
	}
	return all, nil
})

// frenchForLingala is a name in French and English; Lingala readers see the French.
func frenchForLingala(r *row, fr, en string) locales.Label {
	return locales.Label{r.must(fr), r.must(en), r.text(fr)}
}

// Classes are the entries of a classification in its own order; nil when there
// is none of that name. The slice is shared: do not modify it.
func Classes(name string) []Class {
	all, _ := loadClasses()
	return all[name]
}
