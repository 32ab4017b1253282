package announce

import (
	"cmp"
	"slices"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/store"
)

// Conditions are what decides how people are told, besides what the records know
// of each.
type Conditions struct {
	// Windowed is the channel whose platform takes any text only for a while
	// after a message of the person.
	Windowed string
	// Approved tells whether the platform takes an approved text of a kind, in a
	// language, from somebody with a closed window.
	Approved func(kind bot.NoticeKind, language string) bool
	// Marketing tells whether it counts that text as marketing, which does not
	// reach numbers of the United States whatever was agreed (63049). The numbers
	// are sealed: here the country where members say they live decides.
	Marketing func(kind bot.NoticeKind, language string) bool
}

// outside is how somebody with a closed window is told: by the approved text of
// the kind of letter, by the one that only says that there is something, or as
// soon as they write.
func (c Conditions) outside(kind bot.NoticeKind, country, language string) (means, skipped string) {
	switch {
	case kind == "":
	case kind != bot.NoticeStub && c.Approved(kind, language):
		if country == unitedStates && c.Marketing(kind, language) {
			return "", store.SkippedTemplate
		}
		return store.MeansTemplate, ""
	case c.Approved(bot.NoticeStub, language):
		return store.MeansStub, ""
	}
	return store.DeliveryParked, ""
}

// unitedStates is where no marketing text arrives.
const unitedStates = "US"

// Expected is how many people will be told alike.
type Expected struct {
	Country, Language, Channel string
	// Means as of a delivery, or store.DeliveryParked; "" of who is skipped.
	Means   string
	Skipped string // reason: as of a delivery that is skipped
	People  int
}

// Forecast is what will become of an announcement, exactly: it is for
// comparisons and for the dry run, which protects it, and is never shown.
type Forecast []Expected

// Expect foretells what becomes of the people counted when they are sent a letter
// of a kind, see Letter.Message.
func (c Conditions) Expect(counted []store.Counted, kind bot.NoticeKind) Forecast {
	sum := map[Expected]int{}
	for _, n := range counted {
		e := Expected{Country: n.Country, Language: n.Language, Channel: n.Channel}
		switch {
		case n.Channel == "":
			e.Skipped = store.SkippedGone
		case n.Capped:
			e.Skipped = store.SkippedCap
		case n.Channel != c.Windowed:
			e.Means = store.MeansTelegram
		case n.Open:
			e.Means = store.MeansWindow
		default:
			e.Means, e.Skipped = c.outside(kind, n.Country, n.Language)
		}
		sum[e] += n.People
	}
	out := make(Forecast, 0, len(sum))
	for e, people := range sum {
		e.People = people
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Expected) int {
		return cmp.Or(cmp.Compare(a.Country, b.Country), cmp.Compare(a.Language, b.Language), cmp.Compare(a.Channel, b.Channel),
			cmp.Compare(a.Means, b.Means), cmp.Compare(a.Skipped, b.Skipped))
	})
	return out
}

// Reach is how many will get it, or will as soon as they write.
func (f Forecast) Reach() int {
	n := 0
	for _, e := range f {
		if e.Skipped == "" {
			n += e.People
		}
	}
	return n
}

// sums are a forecast by one thing at a time: all that a dry run tells of it,
// before it is protected. They are kept, to compare later dry runs with.
type sums struct {
	Countries map[string]int `json:"countries"`
	Languages map[string]int `json:"languages"`
	Channels  map[string]int `json:"channels"`
	Means     map[string]int `json:"means"`     // of the channels with a window
	Templates map[string]int `json:"templates"` // by country
	Skipped   map[string]int `json:"skipped"`   // by reason
}

func (f Forecast) sums() sums {
	s := sums{
		Countries: map[string]int{}, Languages: map[string]int{}, Channels: map[string]int{}, Means: map[string]int{},
		Templates: map[string]int{}, Skipped: map[string]int{},
	}
	for _, e := range f {
		if e.Skipped != "" {
			s.Skipped[e.Skipped] += e.People
			continue
		}
		s.Countries[e.Country] += e.People
		s.Languages[e.Language] += e.People
		s.Channels[e.Channel] += e.People
		if e.Means != store.MeansTelegram {
			s.Means[byTemplate(e.Means)] += e.People
		}
		if byTemplate(e.Means) == store.MeansTemplate {
			s.Templates[e.Country] += e.People
		}
	}
	return s
}

// byTemplate counts the stub among the templates: it is one, with its price.
func byTemplate(means string) string {
	if means == store.MeansStub {
		return store.MeansTemplate
	}
	return means
}

func (s sums) reach() int {
	n := 0
	for _, people := range s.Languages {
		n += people
	}
	return n
}

// apart is how many people have changed at least from one forecast to another.
func (s sums) apart(t sums) int {
	most := 0
	for _, pair := range [][2]map[string]int{
		{s.Countries, t.Countries}, {s.Languages, t.Languages}, {s.Channels, t.Channels}, {s.Means, t.Means},
		{s.Templates, t.Templates}, {s.Skipped, t.Skipped},
	} {
		more, less := 0, 0
		for key, n := range pair[0] {
			less += max(0, n-pair[1][key])
		}
		for key, n := range pair[1] {
			more += max(0, n-pair[0][key])
		}
		most = max(most, more, less)
	}
	return most
}

// Fine says how finely an audience looks: its filters, places counted as one.
func (a Audience) Fine() protect.Fine {
	f := protect.Fine{Sensitive: len(a.Professions) > 0 || slices.Contains(a.Contributions, "return")}
	if len(a.Places) > 0 {
		f.Variables++
	}
	for _, p := range a.Places {
		f.Sensitive = f.Sensitive || p.City != ""
	}
	for _, l := range a.lists() {
		if len(l.codes) > 0 {
			f.Variables++
		}
	}
	if a.Qualified {
		f.Variables++
	}
	return f
}

// threshold is the number of people that a count of an audience needs, broken
// down by so many things besides. An audience may use more filters than a
// figure: it needs no more people by that (domain reference, 2.5).
func (a Audience) threshold(r protect.Rules, more int) int {
	f := a.Fine()
	f.Variables = min(f.Variables+more, r.MostVariables)
	k, _ := r.Threshold(f) // it fails for too many variables alone
	return k
}
