// Package flowstest gives tests all flows that the service has. That they are
// the same as in cmd/mboka, a test there sees to.
package flowstest

import (
	"mboka/flows"
	"mboka/flows/announce"
	"mboka/flows/contribution"
	"mboka/flows/directory"
	"mboka/flows/fund"
	"mboka/flows/handover"
	"mboka/flows/link"
	"mboka/flows/meeting"
	"mboka/flows/menu"
	"mboka/flows/registration"
	"mboka/flows/request"
	"mboka/flows/rights"
	"mboka/flows/staff"
)

// All are all flows.
func All() []*flows.Flow {
	return []*flows.Flow{
		registration.Flow(), registration.Profile(),
		menu.Flow(), menu.Resume(), menu.Tongue(), menu.Offer(),
		contribution.Flow(), fund.Flow(),
		rights.MyData(), rights.Erase(), rights.Complaint(), rights.Notice(),
		rights.Consents(), rights.WhoSaw(), rights.Share(), request.Flow(),
		link.Flow(), link.Merge(),
		meeting.List(), meeting.Coming(), meeting.Feedback(),
		staff.Menu(), staff.Roles(),
		announce.Flow(), announce.Change(), announce.List(), announce.Refusal(),
		directory.Flow(), directory.Write(), directory.Read(),
		handover.Return(), handover.Anew(), handover.Code(),
	}
}

// Answering adds none, a lookup that knows nothing, for every fact that some flow
// needs and facts lacks.
func Answering[L any](facts map[string]L, none L) map[string]L {
	for _, f := range All() {
		for _, s := range f.Steps {
			for _, need := range s.Needs {
				if _, known := facts[need]; !known {
					facts[need] = none
				}
			}
		}
	}
	return facts
}
