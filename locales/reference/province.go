package reference

import (
	"sync"

	"mboka/locales"
)

// Province is one of the 26 provinces that the DRC has since 2015.
type Province struct {
	Code     string // ISO 3166-2, "CD-KN"
	Name     locales.Label
	Capital  string
	Former   string // the province it belonged to before 2015
	Group    string // its row in the list province_group
	Timezone string // IANA: Africa/Kinshasa (UTC+1) or Africa/Lubumbashi (UTC+2)
	Aliases  []string

	lingala string // understood, never shown
}

type provinces struct {
	list []Province
	at   map[string]int
}

var loadProvinces = sync.OnceValues(func() (provinces, error) {
	all := provinces{at: map[string]int{}}
	t, err := open("provinces_cd.csv", "iso_3166_2", "name_fr", "name_en", "name_ln", "capital",
		"former_province_pre_2015", "chat_group", "timezone", "aliases")
	if err != nil {
		return all, err
	}
	err = t.each(func(r *row) {
		p := Province{
			Code:     r.must("iso_3166_2"),
			Name:     frenchForLingala(r, "name_fr", "name_en"),
			Capital:  r.must("capital"),
			Former:   r.must("former_province_pre_2015"),
			Group:    r.must("chat_group"),
			Timezone: r.must("timezone"),
			Aliases:  r.aliases("aliases"),
			lingala:  r.text("name_ln"),
		}
		if _, twice := all.at[p.Code]; twice {
			r.fault("%s is there twice", p.Code)
		}
		all.at[p.Code] = len(all.list)
		all.list = append(all.list, p)
	})
	return all, err
})

// Provinces are the 26 provinces, those of one former province together. The
// slice is shared: do not modify it.
func Provinces() []Province {
	all, _ := loadProvinces()
	return all.list
}

// ProvinceByCode is a province by its ISO 3166-2 code.
func ProvinceByCode(code string) (Province, bool) {
	all, _ := loadProvinces()
	i, ok := all.at[code]
	if !ok {
		return Province{}, false
	}
	return all.list[i], true
}
