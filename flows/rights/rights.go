// Package rights holds the flows by which a person uses the rights over their
// data: to see them, to have them erased, to complain.
//
// It may import flows, flows/fields and locales.
package rights

import (
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Ids of the flows.
const (
	MyDataID    = "mydata"
	EraseID     = "erase"
	ComplaintID = "complaint"
	NoticeID    = "notice"
)

// Agreed is the event of a yes to a notice that has changed.
const Agreed = "agreed"

// Erased is the event of a yes to erase everything.
const Erased = "erased"

// MyData shows what is kept.
var MyData = sync.OnceValue(func() *flows.Flow {
	return flows.New(MyDataID, 1, flows.Step{ID: "mydata", Kind: flows.End, Ask: locales.Mydata, Needs: []string{flows.FactRecord}})
})

// Erase asks once, then erases.
var Erase = sync.OnceValue(func() *flows.Flow {
	return flows.New(EraseID, 1,
		flows.Step{ID: "erase", Kind: flows.Fork, Ask: locales.EraseAsk,
			Field:  fields.NewConsent(locales.EraseYes, "", locales.EraseNo),
			Routes: []flows.Route{{Code: fields.Refuse, To: "kept"}}},
		flows.Step{ID: "done", Kind: flows.End, Enter: Erased, Ask: locales.EraseDone, Forgets: true},
		flows.Step{ID: "kept", Kind: flows.End, Ask: locales.EraseCancelled})
})

// Notice asks again whether the answers may be kept, because the notice has
// changed its meaning. A no takes nothing back: to erase is another word.
var Notice = sync.OnceValue(func() *flows.Flow {
	return flows.New(NoticeID, 1,
		flows.Step{ID: "consent", Kind: flows.Fork,
			Ask: locales.Notice, Again: locales.NoticeAsk, More: locales.NoticeDetails, Why: locales.NoticeDetails,
			Field:  fields.NewConsent(locales.NoticeYes, locales.NoticeMore, locales.NoticeNo),
			Routes: []flows.Route{{Code: fields.Refuse, To: "kept"}}},
		flows.Step{ID: "agreed", Kind: flows.End, Enter: Agreed, Ask: locales.NoticeAgreed},
		flows.Step{ID: "kept", Kind: flows.End, Ask: locales.NoticeKept})
})

// Complaint asks about what, and names who answers for it.
var Complaint = sync.OnceValue(func() *flows.Flow {
	option := func(code string, key locales.Key) flows.Option {
		return flows.Option{Code: code, Label: locales.LabelOf(key)}
	}
	return flows.New(ComplaintID, 1,
		flows.Step{ID: "complaint", Kind: flows.Fork, Ask: locales.ComplaintAsk,
			Field: fields.NewChoice([]flows.Option{
				option("data", locales.ComplaintData),
				option("person", locales.ComplaintPerson),
				option("meeting", locales.ComplaintMeeting),
			}, nil),
			Routes: []flows.Route{{Code: "person", To: "person"}, {Code: "meeting", To: "meeting"}}},
		flows.Step{ID: "data", Kind: flows.End, Ask: locales.ComplaintReplyData},
		flows.Step{ID: "person", Kind: flows.End, Ask: locales.ComplaintReplyPerson},
		flows.Step{ID: "meeting", Kind: flows.End, Ask: locales.ComplaintReplyMeeting})
})
