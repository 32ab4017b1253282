package announce

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mboka/locales"
	"mboka/locales/reference"
)

// ErrAudience: an audience that names nobody, or codes that do not exist.
var ErrAudience = errors.New("not an audience")

// MostRadius bounds the kilometres around a city: beyond, the country is meant.
const MostRadius = 500

// empty: no filter at all.
func (a Audience) empty() bool {
	return len(a.Places)+len(a.Sectors)+len(a.Groups)+len(a.Professions)+len(a.Contributions)+len(a.Spoken)+len(a.Languages) == 0 &&
		!a.Qualified && !a.Officials
}

// Valid tells whether an audience can be asked for. An empty one can: it is
// everybody. Officials are chosen by the language alone, for nothing else is
// known of them.
func (a Audience) Valid() error {
	for _, p := range a.Places {
		if err := p.valid(); err != nil {
			return err
		}
	}
	for _, l := range a.lists() {
		for _, code := range l.codes {
			if _, known := l.label(code); !known {
				return fmt.Errorf("%w: no %s %q", ErrAudience, l.name, code)
			}
		}
	}
	others := a
	others.Officials, others.Languages = false, nil
	if a.Officials && !others.empty() {
		return fmt.Errorf("%w: officials with filters of members", ErrAudience)
	}
	return nil
}

func (p Place) valid() error {
	_, country := reference.CountryByCode(p.Country)
	_, city := reference.CityByID(p.City)
	switch {
	case p.City != "" && p.Country == "" && city && p.Radius >= 0 && p.Radius <= MostRadius:
		return nil
	case p.City == "" && country && p.Radius == 0:
		return nil
	}
	return fmt.Errorf("%w: no place %q %q %d km", ErrAudience, p.Country, p.City, p.Radius)
}

// Encode is an audience as an announcement keeps it.
func (a Audience) Encode() ([]byte, error) {
	if err := a.Valid(); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("write audience: %w", err)
	}
	return raw, nil
}

// DecodeAudience reads what Encode wrote.
func DecodeAudience(raw []byte) (Audience, error) {
	var a Audience
	if err := json.Unmarshal(raw, &a); err != nil {
		return Audience{}, fmt.Errorf("read audience: %w", err)
	}
	return a, a.Valid()
}

// list is one filter with the names of its codes.
type list struct {
	name  string // as in the profile
	codes []string
	from  []string // option lists
}

func (l list) label(code string) (locales.Label, bool) {
	if l.from == nil {
		lang, known := locales.ParseLang(code)
		return locales.Label{lang.String(), lang.String(), lang.String()}, known && lang.String() == code
	}
	for _, name := range l.from {
		for _, o := range reference.List(name) {
			if o.Code == code && o.Flag != "text" {
				return o.Label, true
			}
		}
	}
	return locales.Label{}, false
}

// lists are the filters by code, in the order in which they are named.
func (a Audience) lists() []list {
	return []list{
		{"profession_group", a.Groups, []string{"profession_group"}}, {"profession", a.Professions, professionLists()},
		{"sector", a.Sectors, []string{"sector"}}, {"contribution_types", a.Contributions, []string{"contribution_types"}},
		{"languages", a.Spoken, []string{"languages"}}, {"language", a.Languages, nil},
	}
}

// professionLists are the option lists of professions, one a group.
func professionLists() []string {
	return slices.DeleteFunc(slices.Clone(reference.Lists()), func(name string) bool {
		return !strings.HasPrefix(name, "profession_") || name == "profession_group"
	})
}
