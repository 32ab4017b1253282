package fields

import (
	"slices"
	"strconv"
	"strings"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Several is any number of options of a list, up to Max.
type Several struct {
	list *flows.List
	max  int
}

// SeveralOf makes a choice of several from a list of the reference data.
func SeveralOf(list string, most int) *Several {
	return &Several{list: calledList(list), max: most}
}

// NewSeveral makes a choice of several of the options given.
func NewSeveral(options []flows.Option, most int) *Several {
	return &Several{list: flows.NewList(options, nil), max: most}
}

// Offer shows the list to tick.
func (s *Several) Offer(flows.View) flows.Offer {
	return flows.Offer{Options: s.list.Options, Marks: flows.Numbers, Multi: true}
}

// Read takes ticks by taps, and a typed list ("1,3 et 5", "français, lingala")
// as the whole answer together with what is ticked.
func (s *Several) Read(v flows.View, in flows.Input) flows.Reading {
	if in.Code != "" {
		return s.tapped(v, in.Code)
	}
	codes, guess := s.typed(in.Text)
	switch {
	case len(guess) > 0:
		return flows.Reading{As: flows.Unsure, Codes: s.tidy(append(slices.Clone(v.Ticks), guess...)), Whole: true}
	case len(codes) == 0:
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.MissSeveral}}
	}
	if others := s.others(codes); len(codes) > 1 && len(others) < len(codes) {
		// "1" and "nothing" at once: ask, rather than choose between them
		return flows.Reading{As: flows.Unsure, Codes: s.tidy(others), Whole: true}
	}
	all := v.Ticks
	for _, c := range codes {
		all = s.tick(all, c)
	}
	return s.done(all, true)
}

func (s *Several) tapped(v flows.View, code string) flows.Reading {
	switch {
	case code == string(flows.Done):
		if len(v.Ticks) == 0 {
			return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.MissSeveral}}
		}
		return s.done(v.Ticks, false)
	case code[0] == '-':
		return flows.Reading{As: flows.Ticked, Ticks: without(v.Ticks, code[1:])}
	}
	code = strings.TrimPrefix(code, "+")
	if _, ok := s.list.Has(code); !ok {
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.MissSeveral}}
	}
	return flows.Reading{As: flows.Ticked, Ticks: s.tick(v.Ticks, code)}
}

// tick adds a code; a row that excludes the others clears them, and is cleared
// by them.
func (s *Several) tick(ticks []string, code string) []string {
	o, _ := s.list.Has(code)
	if o.Exclusive {
		return []string{code}
	}
	out := make([]string, 0, len(ticks)+1)
	for _, t := range ticks {
		if x, _ := s.list.Has(t); !x.Exclusive && t != code {
			out = append(out, t)
		}
	}
	return append(out, code)
}

// others are the codes that do not exclude the rest.
func (s *Several) others(codes []string) []string {
	return slices.DeleteFunc(slices.Clone(codes), func(c string) bool {
		o, _ := s.list.Has(c)
		return o.Exclusive
	})
}

func (s *Several) done(codes []string, typed bool) flows.Reading {
	codes = s.tidy(codes)
	if len(codes) > s.max {
		return flows.Reading{As: flows.Missed, Miss: &flows.Line{Key: locales.TooMany, Args: locales.Args{"Max": s.max}}}
	}
	r := flows.Reading{As: flows.Taken, Codes: codes}
	if typed {
		r.Echo = &flows.Line{Key: locales.EchoSeveral, Args: locales.Args{"Labels": show(s.list, codes)}}
	}
	return r
}

// tidy puts codes in the order of the list, each once.
func (s *Several) tidy(codes []string) []string {
	out := make([]string, 0, len(codes))
	for _, o := range s.list.Options {
		if slices.Contains(codes, o.Code) {
			out = append(out, o.Code)
		}
	}
	return out
}

func without(ticks []string, code string) []string {
	return slices.DeleteFunc(slices.Clone(ticks), func(t string) bool { return t == code })
}

// separators stand between the things of a typed list.
var separators = strings.NewReplacer(",", "|", ";", "|", "/", "|", "+", "|", "&", "|", "\n", "|", ". ", "|",
	" et ", "|", " and ", "|", " mpe ", "|", " na ", "|", " ET ", "|", " plus ", "|", " ou ", "|", " to ", "|")

// typed reads a typed list. When part of it is only a guess, guess holds all
// of it.
func (s *Several) typed(text string) (codes, guess []string) {
	if code, ok := s.one(text); ok {
		return []string{code}, nil
	}
	unsure := false
	for _, part := range parts(text) {
		code, ok := s.one(part)
		if words, all := s.each(part); !ok && all {
			codes = append(codes, words...)
			continue
		}
		if !ok {
			near := s.list.Guess(part)
			if len(near) == 0 {
				return nil, nil
			}
			code, unsure = near[0].Code, true
		}
		codes = append(codes, code)
	}
	if unsure {
		return nil, codes
	}
	return codes, nil
}

// each reads a part whose words each name an option: "français anglais".
func (s *Several) each(part string) ([]string, bool) {
	var codes []string
	for _, word := range strings.Fields(part) {
		code, ok := s.one(word)
		if !ok {
			return nil, false
		}
		codes = append(codes, code)
	}
	return codes, len(codes) > 1
}

func (s *Several) one(text string) (string, bool) {
	if n, ok := flows.Number(text); ok {
		o, ok := s.list.Row(n)
		return o.Code, ok
	}
	o, ok := s.list.Name(text)
	return o.Code, ok
}

// parts splits a typed list. Digits that are only set apart by spaces count as
// a list too: "1 3 5".
func parts(text string) []string {
	var out []string
	for _, p := range strings.Split(separators.Replace(text), "|") {
		if reference.Fold(p) == "" {
			continue
		}
		fields := strings.Fields(p)
		numbers := 0
		for _, f := range fields {
			if _, ok := flows.Number(f); ok {
				numbers++
			}
		}
		if numbers == len(fields) && numbers > 1 {
			out = append(out, fields...)
			continue
		}
		out = append(out, p)
	}
	return out
}

// Show names the options.
func (s *Several) Show(a flows.Answered) flows.Labels { return show(s.list, a.Codes) }

// Lists is the one list.
func (s *Several) Lists() [][]flows.Option { return [][]flows.Option{s.list.Options} }

// From is nothing: the list is always the same.
func (s *Several) From() string { return "" }
