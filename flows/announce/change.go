package announce

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Answers that the form of a change begins with: the id of the announcement as
// text, and of the mission its kind and where it is.
const (
	About    = "about"
	Kind     = "kind"
	HostLand = "host_country"
	HostCity = "host_city"
)

// Steps of it, and what it may be.
const (
	What   = "what"
	NewDay = "new_starts"
	NewEnd = "new_ends"
	Town   = "new_city"
	Place  = "new_venue"
	Near   = "new_hint"
	Body   = "body"

	ChangeTime   = "time"
	ChangePlace  = "place"
	ChangeText   = "text"
	ChangeCancel = "cancel"
)

// Changed is the event that a change is to be told.
const Changed = "changed"

// Change changes or cancels what was told already.
var Change = sync.OnceValue(func() *flows.Flow {
	news := flows.Cond{Step: Kind, In: []string{news}}
	onlyTime := flows.Cond{Step: What, In: []string{ChangePlace, ChangeText, ChangeCancel}}
	onlyPlace := flows.Cond{Step: What, In: []string{ChangeTime, ChangeText, ChangeCancel}}
	ends := fields.WhenAt(locales.AnnEnds, HostLand, HostCity)
	ends.Follows = NewDay
	nowhere := onlyPlace
	nowhere.Or = &flows.Cond{Step: HostLand, Unanswered: true}
	f := flows.New(ChangeID, 1,
		flows.Step{ID: What, Required: true, Ask: locales.ChgWhat, Title: locales.TChgWhat, Field: fields.NewOffered(
			fields.Row{Option: option(ChangeTime, locales.ChgTime), Unless: news},
			fields.Row{Option: option(ChangePlace, locales.ChgPlace), Unless: news},
			fields.Row{Option: option(ChangeText, locales.ChgText)},
			fields.Row{Option: option(ChangeCancel, locales.ChgCancel)})},
		flows.Step{ID: NewDay, Required: true, Ask: locales.AnnStarts, Title: locales.TAnnStarts, Unless: onlyTime,
			Field: fields.WhenAt(locales.AnnStarts, HostLand, HostCity)},
		flows.Step{ID: NewEnd, Ask: locales.AnnEnds, Title: locales.TAnnEnds, Unless: onlyTime, Field: ends},
		flows.Step{ID: Town, Ask: locales.AnnCity, Title: locales.TAnnCity, Unless: nowhere, Field: fields.CityIn(HostLand, cityMax)},
		required(note(Place, locales.ChgVenue, locales.TAnnVenue, venueMax, onlyPlace)),
		note(Near, locales.AnnHint, locales.TAnnHint, lineMax, onlyPlace),
		required(note(Body, locales.ChgBody, locales.TChgBody, summaryMax, flows.Cond{})),
		note(Body+"_en", locales.ChgBodyEn, locales.TChgBodyEn, summaryMax, flows.Cond{}),
		note(Body+"_ln", locales.ChgBodyLn, locales.TChgBodyLn, summaryMax, flows.Cond{}),
		flows.Step{ID: "sure", Kind: flows.Review, Ask: locales.ChgSure, Field: unnumbered{choice(option("ok", locales.ChgOk))}},
		flows.Step{ID: Changed, Kind: flows.End, Enter: Changed, Ask: locales.ChgSent})
	f.Given = []string{About, Kind, HostLand, HostCity}
	return f
})
