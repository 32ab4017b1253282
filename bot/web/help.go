package web

import (
	"cmp"
	"slices"
	"strings"

	"mboka/locales"
	"mboka/locales/reference"
)

// helpData is what the page of help shows.
type helpData struct {
	Lines []helpLine
	// The words of the chat.
	Help, Data, Stop, Erase, Complaint string
}

// helpLine is whom to call in a country; Elsewhere: in all others.
type helpLine struct {
	Country           string
	Elsewhere         bool
	Emergency, Asylum string
}

func fillHelp(s *Site, v *visit) (any, error) {
	policy, err := s.Policy(v.Context())
	if err != nil {
		return nil, err
	}
	codes := slices.Concat(policy.Countries("emergency.CC"), policy.Countries("relay.CC"))
	slices.Sort(codes)
	d := helpData{
		Help: word(v.lang, locales.CmdHelp), Data: word(v.lang, locales.CmdMydata), Stop: word(v.lang, locales.CmdStop),
		Erase: word(v.lang, locales.CmdErase), Complaint: word(v.lang, locales.CmdComplaint),
	}
	for _, code := range slices.Compact(codes) {
		name := code
		if c, known := reference.CountryByCode(code); known {
			name = c.Name.In(v.lang)
		}
		d.Lines = append(d.Lines, helpLine{Country: name, Emergency: policy.Emergency(code), Asylum: policy.Relay(code)})
	}
	slices.SortStableFunc(d.Lines, func(a, b helpLine) int { return cmp.Compare(reference.Fold(a.Country), reference.Fold(b.Country)) })
	if emergency, asylum := policy.Emergency(""), policy.Relay(""); emergency+asylum != "" {
		d.Lines = append(d.Lines, helpLine{Elsewhere: true, Emergency: emergency, Asylum: asylum})
	}
	return d, nil
}

// word is what to write in the chat for a command.
func word(lang locales.Lang, command locales.Key) string {
	first, _, _ := strings.Cut(locales.LabelOf(command).In(lang), "|")
	return first
}
