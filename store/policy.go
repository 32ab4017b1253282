package store

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Policy is the settings in force: those on record, and the defaults of the
// others.
type Policy struct {
	Organisation     string
	OrganisationKind string // iom, association or other
	Contact          string
	Host             string // the place where the data are kept
	ComplaintBody    string
	ComplaintPerson  string // who takes complaints about a person
	VerifyURL        string // "": the public URL of this service

	K        int // people behind a figure, at least
	KCross   int // the same where two variables or more fix a cell
	Rounding int

	CapMonth  int           // announcements to one person in 30 days
	CoolOff   time.Duration // between approval and sending
	QuietFrom time.Duration // since midnight, in the recipient's zone
	QuietTo   time.Duration // the same; before QuietFrom: of the next day

	RetentionWarn  int           // months of silence
	RetentionErase int           // months of silence
	RetentionDraft time.Duration // whole days
	RetentionAudit int           // months

	RequestLife time.Duration // whole days that a request for a profile waits

	ContactWriterDay int           // messages by the directory that one member may write in a day
	ContactInboxDay  int           // that one member is told of in a day
	ContactBlocks    int           // people who have had enough of a writer, who then writes no more
	ContactLife      time.Duration // whole days that a message, or the reply to one, waits

	WhatsAppTier int // people written to first in 24 hours

	MeanEdge    int // tenths of a mark between the end of a scale and a mean that is told
	FunnelWeeks int // weeks that registrations begun wait for more of them

	WorkshopSecurity bool // security bodies are among the institutions of workshops

	values map[string]string // of the families, and for MissingForNotice
}

// NewPolicy reads settings as Settings gives them. A key or value that
// ParseSetting refuses, and two that do not go together, are an error.
func NewPolicy(settings map[string]string) (Policy, error) {
	values := map[string]string{}
	for _, d := range definitions {
		values[d.Key] = d.Default
	}
	for key, value := range settings {
		if err := ParseSetting(key, value); err != nil {
			return Policy{}, err
		}
		if value != "" {
			values[key] = value
		}
	}
	number := func(key string) int {
		n, _ := strconv.Atoi(strings.TrimSuffix(values[key], "d"))
		return n
	}
	coolOff, _ := time.ParseDuration(values["cooloff"])
	p := Policy{
		Organisation:     values["organisation"],
		OrganisationKind: values["organisation_kind"],
		Contact:          values["contact"],
		Host:             values["host"],
		ComplaintBody:    values["complaint_body"],
		ComplaintPerson:  cmp.Or(values["complaint_person"], values["contact"]),
		VerifyURL:        values["verify_url"],
		K:                number("k"),
		KCross:           number("k_cross"),
		Rounding:         number("rounding"),
		CapMonth:         number("cap_month"),
		CoolOff:          coolOff,
		QuietFrom:        sinceMidnight(values["quiet_from"]),
		QuietTo:          sinceMidnight(values["quiet_to"]),
		RetentionWarn:    number("retention_warn"),
		RetentionErase:   number("retention_erase"),
		RetentionDraft:   time.Duration(number("retention_draft")) * 24 * time.Hour,
		RetentionAudit:   number("retention_audit"),
		RequestLife:      time.Duration(number("request_life")) * 24 * time.Hour,
		ContactWriterDay: number("contact_writer_day"),
		ContactInboxDay:  number("contact_inbox_day"),
		ContactBlocks:    number("contact_blocks"),
		ContactLife:      time.Duration(number("contact_life")) * 24 * time.Hour,
		WhatsAppTier:     number("whatsapp_tier"),
		MeanEdge:         number("mean_edge"),
		FunnelWeeks:      number("funnel_weeks"),
		WorkshopSecurity: values["workshop_security"] == "yes",
		values:           values,
	}
	if p.KCross < p.K {
		return Policy{}, fmt.Errorf("%w: k_cross is %d, under k, which is %d", ErrSetting, p.KCross, p.K)
	}
	if p.RetentionWarn >= p.RetentionErase {
		return Policy{}, fmt.Errorf("%w: retention_warn is %d months, not under retention_erase, which is %d", ErrSetting, p.RetentionWarn, p.RetentionErase)
	}
	return p, nil
}

func sinceMidnight(clock string) time.Duration {
	t, _ := time.Parse("15:04", clock)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

// of gives a country's value in a family, else the one for every country.
func (p Policy) of(family, country string) string {
	if v := p.values[family+"."+country]; v != "" {
		return v
	}
	return p.values[family+".default"]
}

// Emergency says whom to call in danger in a country (ISO 3166-1 alpha-2; ""
// where it is unknown). It may be empty.
func (p Policy) Emergency(country string) string { return p.of("emergency", country) }

// Relay says who helps with asylum and protection in a country (as Emergency).
func (p Policy) Relay(country string) string { return p.of("relay", country) }

// Price is what one announcement to a country costs on WhatsApp, in millionths
// of a US dollar; known is false where no price is set.
func (p Policy) Price(country string) (micros int64, known bool) {
	v := p.of("price", country)
	return microDollars(v), v != ""
}

// MissingForNotice lists the settings that keep a real service from starting,
// in the order of Definitions: those that members read when they are asked to
// consent, or when they write that they are in danger, and that are empty (of a
// family, the one for every country), and any that still has the demo's value.
func (p Policy) MissingForNotice() []string {
	demo := DemoSettings()
	var missing []string
	for _, d := range definitions {
		key := d.Key
		if family, ok := strings.CutSuffix(key, ".CC"); ok {
			key = family + ".default"
		}
		if v := p.values[key]; v == "" && d.Notice || v != "" && v == demo[key] {
			missing = append(missing, key)
		}
	}
	return missing
}

// DemoSettings are what the demo runs with: names that say so, and reserved
// domains (RFC 2606).
func DemoSettings() map[string]string {
	return map[string]string{
		"organisation":      "Démo Mboka (fictive)",
		"contact":           "contact@example.org",
		"host":              "Démoland (fictif)",
		"complaint_body":    "Autorité de démonstration, plainte@example.org",
		"verify_url":        "https://mboka.example.org",
		"emergency.default": "le numéro d'urgence local (démo)",
		"relay.default":     "asile@example.org (démo)",
	}
}

// Countries are those for which a family of settings ("emergency.CC") has a
// value of its own, sorted by code.
func (p Policy) Countries(family string) []string {
	name := strings.TrimSuffix(family, "CC")
	var all []string
	for key, value := range p.values {
		if code, ok := strings.CutPrefix(key, name); ok && value != "" && code != "CC" && code != "default" {
			all = append(all, code)
		}
	}
	slices.Sort(all)
	return all
}
