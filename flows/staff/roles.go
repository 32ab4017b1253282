package staff

import (
	"strconv"
	"strings"
	"sync"

	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
)

// Answers of the flow of roles. It begins with Live: the count of the roles as
// its code, and as its text a line for each that is shown: its id, role,
// organisation, and the day when its chat last wrote, apart by spaces.
const (
	Live  = "live"
	Which = "which"
)

// Revoked is the event of a yes to revoke the role in answer Which.
const Revoked = "revoked"

// Roles lists the roles that live, and revokes one after a yes.
var Roles = sync.OnceValue(func() *flows.Flow {
	return flows.New(RolesID, 1,
		flows.Step{ID: Which, Kind: flows.Fork, Ask: locales.RolesList, Field: roleList{}},
		flows.Step{ID: "sure", Kind: flows.Fork, Ask: locales.RoleRevokeAsk,
			Field:  sure{fields.NewConsent(locales.RoleRevokeYes, "", locales.RoleRevokeNo)},
			Routes: []flows.Route{{Code: fields.Refuse, To: "kept"}}},
		flows.Step{ID: "revoked", Kind: flows.End, Enter: Revoked, Ask: locales.RoleRevoked},
		flows.Step{ID: "kept", Kind: flows.End, Ask: locales.RoleKept})
})

// live is one role of the list.
type live struct{ id, role, organisation, seen string }

func lives(a flows.Answers) (out []live, total int) {
	given, _ := a.Get(Live)
	for line := range strings.Lines(given.Text) {
		if f := strings.Fields(line); len(f) == 4 {
			out = append(out, live{f[0], f[1], f[2], f[3]})
		}
	}
	total = len(out)
	if len(given.Codes) > 0 {
		total, _ = strconv.Atoi(given.Codes[0])
	}
	return out, total
}

// short is enough of an id to tell roles apart.
func (l live) short() string { return l.id[:min(8, len(l.id))] }

func (l live) label(key locales.Key) (out locales.Label) {
	for _, lang := range locales.Langs {
		out[lang] = locales.Text(lang, key, locales.Args{
			"Role": locales.Text(lang, locales.Key("role_"+l.role), nil), "For": locales.Text(lang, locales.Key("org_"+l.organisation), nil),
			"ID": l.short(), "Date": l.seen,
		})
	}
	return out
}

// roleList is a choice of the roles in answer Live. Nobody is named: a role is
// known by its id.
type roleList struct{}

func (roleList) options(v flows.View) []flows.Option {
	all, _ := lives(v.Answers)
	out := make([]flows.Option, 0, len(all))
	for _, l := range all {
		out = append(out, flows.Option{Code: l.id, Label: l.label(locales.RoleRow)})
	}
	return out
}

// Offer shows them, all they are known by in the text.
func (f roleList) Offer(v flows.View) flows.Offer {
	all, total := lives(v.Answers)
	var lines locales.Label
	for _, lang := range locales.Langs {
		var b []string
		for _, l := range all {
			b = append(b, l.label(locales.RoleLine).In(lang))
		}
		lines[lang] = strings.Join(b, "\n")
	}
	body := flows.Line{Key: locales.RolesList, Args: locales.Args{"Lines": lines, "Total": strconv.Itoa(total)}}
	return flows.Offer{Body: &body, Options: f.options(v), Marks: flows.Numbers}
}

// Read takes what a choice takes.
func (f roleList) Read(v flows.View, in flows.Input) flows.Reading {
	return fields.NewChoice(f.options(v), nil).Read(v, in)
}

// Show names nothing: the answer is never shown again.
func (roleList) Show(flows.Answered) flows.Labels { return nil }

// Lists are none that are known before.
func (roleList) Lists() [][]flows.Option { return nil }

// From is the answer that the list comes from.
func (roleList) From() string { return "" }

// sure is the consent that says which role it is about.
type sure struct{ *fields.Consent }

// Offer names the role.
func (f sure) Offer(v flows.View) flows.Offer {
	offer := f.Consent.Offer(v)
	var line locales.Label
	all, _ := lives(v.Answers)
	for _, l := range all {
		if l.id == v.Answers.Code(Which) {
			line = l.label(locales.RoleLine)
		}
	}
	offer.Body = &flows.Line{Key: locales.RoleRevokeAsk, Args: locales.Args{"Line": line}}
	return offer
}
