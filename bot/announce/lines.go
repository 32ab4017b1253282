package announce

import (
	"slices"
	"strings"

	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// heads are how each kind of announcement begins.
var heads = map[string]locales.Key{
	store.AnnounceNotice: locales.LetterNotice, store.AnnounceChange: locales.LetterChange,
	store.AnnounceCancellation: locales.LetterCancellation, store.AnnounceWeekBefore: locales.LetterReminder,
	store.AnnounceDayBefore: locales.LetterReminder, store.AnnounceFeedback: locales.LetterFeedback,
}

// sheet writes all lines of a letter.
func (l Letter) sheet(r Recipient) *sheet {
	s := &sheet{lang: r.Language, head: heads[l.Announcement.Kind], title: l.title(r.Language)}
	s.keys = append(s.keys, string(s.head))
	if l.Announcement.Kind == store.AnnounceFeedback {
		s.day = l.day(r.Language)
		return s
	}
	s.foot, s.by = locales.LetterBy, l.organiser()
	if !l.Mission.StartsAt.IsZero() {
		s.mark = "🗓 "
		s.add(0, l.when(r))
	}
	s.add(0, l.where(r.Language))
	l.what(s)
	if l.Mission.Kind == store.News {
		s.foot = locales.LetterFrom
		s.add(1, tidy(l.Mission.URL))
	}
	switch l.Announcement.Kind {
	case store.AnnounceCancellation:
	case store.AnnounceWeekBefore, store.AnnounceDayBefore:
		l.directions(s, r.Coming)
		if l.questions(r) {
			s.add(0, l.entry(s, r))
		}
		s.add(0, l.state(s))
		l.bring(s)
		l.contact(s)
	case store.AnnounceChange:
		s.add(0, l.state(s))
		l.contact(s)
	default:
		s.add(0, l.state(s))
		l.terms(s)
		l.bring(s)
		l.contact(s)
		if l.questions(r) && l.Invites() {
			s.add(0, l.entry(s, r))
		}
		if l.Invites() && l.Mission.Hint+l.Mission.URL != "" {
			s.add(3, s.say(locales.LetterHidden, nil))
		}
	}
	return s
}

// entry says how to come to the questions before a workshop.
func (l Letter) entry(s *sheet, r Recipient) string {
	if l.entryButton(r) {
		return s.say(locales.LetterEntry, locales.Args{"Button": locales.Text(r.Language, locales.WorkshopStart, nil)})
	}
	word, _, _ := strings.Cut(locales.LabelOf(locales.CmdWorkshop).In(r.Language), "|")
	return s.say(locales.LetterEntryWord, locales.Args{"Word": word})
}

func (l Letter) title(lang locales.Lang) string {
	return strings.TrimRight(oneLine(l.Mission.Text(lang.String()).Title, 4*longestField), ".")
}

// where is the place as people name it: the venue, and the city unless the venue
// or the title says it; the country where nothing else is known.
func (l Letter) where(lang locales.Lang) string {
	m := l.Mission
	if m.Kind == store.Webinar {
		return locales.Text(lang, locales.LetterOnline, nil)
	}
	place := ""
	if c, known := reference.CityByID(m.City); known {
		place = c.Name.In(lang)
	} else if c, known := reference.CountryByCode(m.Country); known && m.Venue == "" {
		place = c.Name.In(lang)
	}
	venue := strings.TrimRight(tidy(m.Venue), ".")
	said := reference.Fold(venue + " " + m.Text(lang.String()).Title)
	switch {
	case venue == "":
		return place
	case place == "" || strings.Contains(said, reference.Fold(place)):
		return venue
	}
	return venue + ", " + place
}

// what is written by staff: of a mission, or of what is changed in it.
func (l Letter) what(s *sheet) {
	var text string
	switch l.Announcement.Kind {
	case store.AnnounceWeekBefore, store.AnnounceDayBefore:
		return
	case store.AnnounceChange, store.AnnounceCancellation:
		text = l.Announcement.Body(s.lang.String())
	default:
		text = l.Mission.Text(s.lang.String()).Summary
	}
	if text = sentence(text); text != "" {
		s.lines = append(s.lines, line{text: text, long: true})
	}
}

// state says whether officials of the state will be there. Everybody who is
// invited reads it: for some it decides.
func (l Letter) state(s *sheet) string {
	switch {
	case l.Mission.StatePresent:
		return s.say(locales.StatePresent, nil)
	case l.Invites():
		return s.say(locales.LetterNoState, nil)
	}
	return ""
}

// terms are the languages, the seats, the price and until when to answer, on
// one line.
func (l Letter) terms(s *sheet) {
	var tongues, seats []string
	for _, code := range l.Mission.Languages {
		tongues = append(tongues, tongue(s.lang, code))
	}
	if l.Mission.Capacity > 0 {
		seats = append(seats, s.say(locales.LetterSeats, locales.Args{"N": l.Mission.Capacity}))
	}
	if cost := l.cost(s); cost != "" {
		seats = append(seats, cost)
	}
	var terms []string
	for _, list := range [][]string{tongues, seats} {
		if len(list) > 0 {
			terms = append(terms, sentence(strings.Join(list, ", ")))
		}
	}
	if until := l.Mission.RSVPUntil; l.Invites() && !until.IsZero() && until.Before(l.Mission.StartsAt) {
		terms = append(terms, sentence(s.say(locales.LetterReplies, locales.Args{"Day": l.dayOf(s.lang, until)})))
	}
	s.add(2, strings.Join(terms, " "))
}

// tongue is the name of a language inside a sentence.
func tongue(lang locales.Lang, code string) string {
	options := reference.List("languages")
	i := slices.IndexFunc(options, func(o reference.Option) bool { return o.Code == code })
	if i < 0 {
		return code
	}
	name := options[i].Label.In(lang)
	if lang == locales.FR {
		return strings.ToLower(name)
	}
	return name
}

// free are the words by which staff say that it costs nothing.
var free = []string{"0", "gratuit", "gratuite", "free", "ofele", "entree gratuite", "entree libre", "free entry"}

func (l Letter) cost(s *sheet) string {
	if slices.Contains(free, reference.Fold(l.Mission.Cost)) {
		return s.say(locales.LetterFree, nil)
	}
	return strings.TrimRight(tidy(l.Mission.Cost), ".")
}

// nothing are the words by which staff say that nothing is to be brought.
var nothing = []string{"0", "rien", "aucun", "aucune", "nothing", "none", "eloko te", "non", "no", "te"}

func (l Letter) bring(s *sheet) {
	if bring := tidy(l.Mission.Bring); bring != "" && !slices.Contains(nothing, reference.Fold(bring)) {
		s.add(1, s.say(locales.LetterBring, locales.Args{"Bring": bring}))
	}
}

func (l Letter) contact(s *sheet) {
	if contact := tidy(l.Mission.Contact); contact != "" {
		s.add(1, s.say(locales.LetterContact, locales.Args{"Contact": contact}))
	}
}

// directions are where exactly it is: for who comes. The others read how to
// learn it.
func (l Letter) directions(s *sheet, coming bool) {
	where := []string{tidy(l.Mission.Hint), tidy(l.Mission.URL)}
	where = slices.DeleteFunc(where, func(w string) bool { return w == "" })
	switch {
	case len(where) == 0:
	case coming:
		s.add(0, s.say(locales.LetterAddress, locales.Args{"Address": strings.Join(where, ", ")}))
	default:
		s.add(0, s.say(locales.LetterHidden, nil))
	}
}
