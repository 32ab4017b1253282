// Package announce holds the forms by which staff plan a meeting or visit, tell
// news, and change what they have told. Their effects are those of bot/announce.
//
// It may import flows, flows/fields and locales.
package announce

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Ids of the flows. They begin as those of staff do: they are dropped when the
// role ends.
const (
	ID        = "staff_announce"
	ChangeID  = "staff_change"
	ListID    = "staff_announced"
	RefusalID = "staff_refusal"
)

// Steps that others refer to.
const (
	Draft  = "draft" // pretended answered where a draft is there
	Resume = "resume"

	Type         = "type"
	Title        = "title"
	Summary      = "summary"
	Country      = "country"
	City         = "city"
	Venue        = "venue"
	Hint         = "hint"
	URL          = "url"
	Starts       = "starts"
	Ends         = "ends"
	Until        = "until"
	StatePresent = "state_present"
	Spoken       = "languages"
	Seats        = "seats"
	Cost         = "cost"
	Bring        = "bring"
	Contact      = "contact"
	Organiser    = "organiser"
	Begin        = "begin"

	Words     = "audience_words"
	Officials = "audience_officials"

	Check   = "check"
	Dry     = "dryrun"
	Preview = "preview"
	Sample  = "sample"
)

// Events.
const (
	Anew      = "anew"      // the draft is to be forgotten
	Submitted = "submitted" // a second person is asked for a yes
)

// Kinds of missions that need other questions.
const (
	webinar = "webinar"
	news    = "notice"
	buttons = "buttons"
	now     = "now"
)

// Longest texts, in characters. The summary is the domain reference's (section
// 3); the others leave it room in a WhatsApp message with buttons, of 1,024.
const (
	titleMax    = 80
	summaryMax  = 500
	venueMax    = 80
	lineMax     = 100
	contactMax  = 120
	audienceMax = 200
	cityMax     = 60
)

// Bounds of quantities: a number from 10,000 on is not read, and half of the
// Earth is nobody's neighbourhood.
const (
	seatsMax = 9999
	kmMax    = 500
)

func unlessType(kinds ...string) flows.Cond { return flows.Cond{Step: Type, In: kinds} }

// meeting kinds are all but news; held somewhere are all but news and webinars.
var (
	notNews  = unlessType(news)
	notPlace = unlessType(news, webinar)
)

func option(code string, key locales.Key) flows.Option {
	return flows.Option{Code: code, Label: locales.LabelOf(key)}
}

func choice(options ...flows.Option) *fields.Choice { return fields.NewChoice(options, nil) }

// Flow is the announcement as a form.
var Flow = sync.OnceValue(func() *flows.Flow {
	steps := []flows.Step{
		{ID: Resume, Kind: flows.Fork, Once: true, Unless: flows.Cond{Step: Draft, Unanswered: true}, Ask: locales.AnnResume,
			Field:  choice(option("continue", locales.CountedContinue), option(Anew, locales.AnnAnew)),
			Routes: []flows.Route{{Code: Anew, To: Anew}}},
		{ID: Type, Required: true, Ask: locales.AnnType, Title: locales.TAnnType, Field: choice(
			option("awareness", locales.AnnTypeAwareness), option("information", locales.AnnTypeInformation),
			option("workshop", locales.AnnTypeWorkshop), option("validation", locales.AnnTypeValidation),
			option("consultation", locales.AnnTypeConsultation), option("forum", locales.AnnTypeForum),
			option(webinar, locales.AnnTypeWebinar), option(news, locales.AnnTypeNews))},
	}
	steps = append(steps, texts()...)
	steps = append(steps, place()...)
	steps = append(steps, times()...)
	steps = append(steps, particulars()...)
	steps = append(steps, audience()...)
	steps = append(steps, sending()...)
	f := flows.New(ID, 1, steps...)
	f.Given = []string{Draft}
	return f
})

func note(id string, ask, title locales.Key, most int, unless flows.Cond) flows.Step {
	return flows.Step{ID: id, Ask: ask, Title: title, Field: fields.NewNote(most), Unless: unless}
}

func required(s flows.Step) flows.Step {
	s.Required = true
	return s
}

// texts are title and summary: in French always, in the others both or neither.
func texts() []flows.Step {
	without := func(step string) flows.Cond { return flows.Cond{Step: step, Unanswered: true} }
	return []flows.Step{
		required(note(Title, locales.AnnTitle, locales.TAnnTitle, titleMax, flows.Cond{})),
		required(note(Summary, locales.AnnSummary, locales.TAnnSummary, summaryMax, flows.Cond{})),
		note(Title+"_en", locales.AnnTitleEn, locales.TAnnTitleEn, titleMax, flows.Cond{}),
		required(note(Summary+"_en", locales.AnnSummaryEn, locales.TAnnSummaryEn, summaryMax, without(Title+"_en"))),
		note(Title+"_ln", locales.AnnTitleLn, locales.TAnnTitleLn, titleMax, flows.Cond{}),
		required(note(Summary+"_ln", locales.AnnSummaryLn, locales.TAnnSummaryLn, summaryMax, without(Title+"_ln"))),
	}
}

// place is where it is held: somewhere, or online.
func place() []flows.Step {
	elsewhere := unlessType("awareness", "information", "workshop", "validation", "consultation", "forum", news)
	return []flows.Step{
		{ID: Country, Required: true, Ask: locales.AnnCountry, Title: locales.TAnnCountry, Field: fields.Country{}, Unless: notPlace},
		{ID: City, Ask: locales.AnnCity, Title: locales.TAnnCity, Field: fields.CityIn(Country, cityMax), Unless: notPlace},
		required(note(Venue, locales.AnnVenue, locales.TAnnVenue, venueMax, notPlace)),
		note(Hint, locales.AnnHint, locales.TAnnHint, lineMax, notPlace),
		{ID: URL, Required: true, Ask: locales.AnnUrl, Title: locales.TAnnUrl, Field: fields.WebAddress{}, Unless: elsewhere},
	}
}

func times() []flows.Step {
	starts := fields.WhenAt(locales.AnnStarts, Country, City)
	ends := fields.WhenAt(locales.AnnEnds, Country, City)
	ends.Follows = Starts
	until := fields.WhenAt(locales.AnnUntil, Country, City)
	until.Precedes, until.DayEnds = Starts, true
	return []flows.Step{
		{ID: Starts, Required: true, Ask: locales.AnnStarts, Title: locales.TAnnStarts, Field: starts, Unless: notNews},
		{ID: Ends, Ask: locales.AnnEnds, Title: locales.TAnnEnds, Field: ends, Unless: notNews},
		{ID: Until, Ask: locales.AnnUntil, Title: locales.TAnnUntil, Field: until, Unless: notNews},
	}
}

func particulars() []flows.Step {
	return []flows.Step{
		{ID: StatePresent, Required: true, Ask: locales.AnnState, Title: locales.TAnnState, Unless: notNews,
			Field: fields.NewConsent(locales.AnnStateYes, "", locales.AnnStateNo)},
		{ID: Spoken, Ask: locales.AnnSpoken, Title: locales.TAnnSpoken, Field: fields.SeveralOf("languages", 10), Unless: notNews},
		{ID: Seats, Ask: locales.AnnSeats, Title: locales.TAnnSeats, Unless: notNews,
			Field: fields.NewQuantity(1, seatsMax, "places", "place", "seats", "seat", "bisika", "esika", "personnes", "people", "bato")},
		note(Cost, locales.AnnCost, locales.TAnnCost, lineMax, notNews),
		note(Bring, locales.AnnBring, locales.TAnnBring, lineMax, notNews),
		note(Contact, locales.AnnContact, locales.TAnnContact, contactMax, flows.Cond{}),
		note(Organiser, locales.AnnOrganiser, locales.TAnnOrganiser, venueMax, flows.Cond{}),
	}
}

// audience is for whom, in words or by buttons.
func audience() []flows.Step {
	byButtons := flows.Cond{Step: Words, In: []string{flows.Written}}
	ofMembers := flows.Cond{Step: Words, In: []string{flows.Written}, Or: &flows.Cond{Step: Officials, In: []string{fields.Agree}}}
	unanswered := func(step string) flows.Cond { return flows.Cond{Step: step, Unanswered: true, Or: &ofMembers} }
	languages := make([]flows.Option, 0, len(locales.Langs))
	for _, l := range locales.Langs {
		languages = append(languages, flows.Option{Code: l.String(), Label: locales.Label{l.Name(), l.Name(), l.Name()}})
	}
	return []flows.Step{
		{ID: Words, Required: true, Ask: locales.AnnWords, Title: locales.TAnnWords,
			Field: fields.NewNote(audienceMax, option(buttons, locales.AnnByButtons))},
		{ID: Officials, Required: true, Ask: locales.AnnOfficials, Title: locales.TAnnOfficials, Unless: byButtons,
			Field: choice(option(fields.Refuse, locales.AnnMembers), option(fields.Agree, locales.AnnAgents))},
		{ID: "audience_country", Ask: locales.AnnForCountry, Title: locales.TAnnForCountry, Field: fields.Country{}, Unless: ofMembers},
		{ID: "audience_city", Ask: locales.AnnForCity, Title: locales.TAnnForCity, Unless: unanswered("audience_country"),
			Field: fields.CityIn("audience_country", 0)}, // no other city can be counted
		{ID: "audience_km", Ask: locales.AnnForKm, Title: locales.TAnnForKm, Unless: unanswered("audience_city"),
			Field: fields.NewQuantity(1, kmMax, "km", "kms", "kilometres", "kilometre", "kilometers", "kilometer")},
		{ID: "audience_sector", Ask: locales.AnnForSector, Title: locales.TAnnForSector, Unless: ofMembers, Field: fields.SeveralOf("sector", 10)},
		{ID: "audience_group", Ask: locales.AnnForGroup, Title: locales.TAnnForGroup, Unless: ofMembers, Field: fields.SeveralOf("profession_group", 10)},
		{ID: "audience_language", Ask: locales.AnnForLanguage, Title: locales.TAnnForLanguage, Unless: byButtons, Field: fields.NewSeveral(languages, 3)},
		{ID: "audience_qualified", Ask: locales.AnnForQualified, Title: locales.TAnnForQualified, Unless: ofMembers,
			Field: choice(option(fields.Agree, locales.AnnOnlyQualified), option(fields.Refuse, locales.AnnEverybody))},
	}
}

// sending is when, and the way from the answers over the dry run to the
// question to a second person.
func sending() []flows.Step {
	begin := fields.WhenAt(locales.AnnBegin, Country, City)
	begin.Rows = []flows.Option{option(now, locales.AnnNow)}
	return []flows.Step{
		{ID: Begin, Required: true, Ask: locales.AnnBegin, Title: locales.TAnnBegin, Field: begin},
		{ID: Check, Kind: flows.Review, Ask: locales.AnnCheck, Field: unnumbered{choice(option("ok", locales.AnnToDry))}},
		{ID: Dry, Kind: flows.Fork, Ask: locales.AnnDry, Needs: []string{flows.FactDryRun}, Field: dry{},
			Routes: []flows.Route{{Code: "preview", To: Preview}, {Code: "change", To: Check}, {Code: "submit", To: Submitted}}},
		{ID: Preview, Kind: flows.Fork, Ask: locales.AnnPreview, Field: samples()},
		{ID: Sample, Kind: flows.Fork, Ask: locales.AnnSample, Needs: []string{flows.FactSample},
			Field:  choice(option("other", locales.AnnOther), option("back", locales.AnnBack)),
			Routes: []flows.Route{{Code: "other", To: Preview}, {Code: "back", To: Dry}}},
		{ID: Submitted, Kind: flows.End, Enter: Submitted, Ask: locales.AnnSubmitted},
		{ID: Anew, Kind: flows.End, Enter: Anew, Ask: locales.AnnType},
	}
}

// Channels whose rendering can be looked at.
var channels = []struct{ code, name string }{{"telegram", "Telegram"}, {"whatsapp", "WhatsApp"}}

// samples are the readers whose text can be looked at: codes like "fr_telegram".
func samples() *fields.Choice {
	var rows []flows.Option
	for _, l := range locales.Langs {
		for _, c := range channels {
			name := l.Name() + ", " + c.name
			rows = append(rows, flows.Option{Code: l.String() + "_" + c.code, Label: locales.Label{name, name, name}})
		}
	}
	return choice(rows...)
}
