package effects

import (
	"strconv"
	"time"

	"mboka/locales"
	"mboka/store"
)

// keptMission is a meeting or visit that the person was told of or has
// answered.
type keptMission struct {
	Title         string             `json:"title"`
	Kind          string             `json:"kind"`
	StartsAt      time.Time          `json:"starts_at,omitzero"`
	Announcements []keptAnnouncement `json:"announcements"`
	Answer        *keptRSVP          `json:"answer,omitempty"`
	Feedback      *keptFeedback      `json:"feedback,omitempty"`
}

type keptAnnouncement struct {
	Kind      string    `json:"kind"`
	Channel   string    `json:"channel,omitempty"`
	Language  string    `json:"language"`
	Country   string    `json:"country,omitempty"`
	Place     string    `json:"place,omitempty"`
	State     string    `json:"state"`
	Reason    string    `json:"reason,omitempty"`
	Means     string    `json:"means,omitempty"`
	Attempt   int       `json:"attempt"`
	DueAt     time.Time `json:"due_at,omitzero"`
	StartedAt time.Time `json:"started_at,omitzero"`
	SettledAt time.Time `json:"settled_at,omitzero"`
	Message   string    `json:"message,omitempty"` // the platform's id
}

type keptRSVP struct {
	Answer    string    `json:"answer"`
	Guests    int       `json:"guests"`
	Waiting   bool      `json:"waiting"`
	At        time.Time `json:"at"`
	ArrivedAt time.Time `json:"arrived_at,omitzero"`
}

type keptFeedback struct {
	Attended bool      `json:"attended"`
	Useful   string    `json:"useful,omitempty"`
	Text     string    `json:"text,omitempty"` // as it was written
	At       time.Time `json:"at"`
}

func missionsKept(all []store.KeptMission, lang locales.Lang) []keptMission {
	out := []keptMission{}
	for _, m := range all {
		one := keptMission{
			Title: m.Mission.Text(lang.String()).Title, Kind: string(m.Mission.Kind), StartsAt: m.Mission.StartsAt, Announcements: []keptAnnouncement{},
		}
		for _, d := range m.Deliveries {
			one.Announcements = append(one.Announcements, keptAnnouncement{
				Kind: d.Kind, Channel: d.Channel, Language: d.Language, Country: d.Country, Place: d.Place, State: d.State, Reason: d.Reason,
				Means: d.Means, Attempt: d.Attempt, DueAt: d.DueAt, StartedAt: d.StartedAt, SettledAt: d.SettledAt, Message: d.ProviderID,
			})
		}
		if v := m.RSVP; v.Answer != "" {
			one.Answer = &keptRSVP{Answer: v.Answer, Guests: v.Guests, Waiting: v.Waiting, At: v.At, ArrivedAt: v.ArrivedAt}
		}
		if f := m.Feedback; !f.At.IsZero() {
			one.Feedback = &keptFeedback{Attended: f.Attended, Useful: f.Useful, Text: f.Text, At: f.At}
		}
		out = append(out, one)
	}
	return out
}

// rows writes a mission into the table: an announcement, an answer and what was
// said after it in a row each.
func (m keptMission) rows(row func(...string)) {
	for _, a := range m.Announcements {
		row("announcement", a.Kind, m.Title, a.State, a.Channel, moment(a.StartedAt),
			details("language", a.Language, "country", a.Country, "place", a.Place, "reason", a.Reason, "means", a.Means, "attempt", strconv.Itoa(a.Attempt),
				"due_at", moment(a.DueAt), "settled_at", moment(a.SettledAt), "message", a.Message))
	}
	if v := m.Answer; v != nil {
		row("rsvp", m.Kind, m.Title, v.Answer, strconv.Itoa(v.Guests), moment(v.At),
			details("starts_at", moment(m.StartsAt), "waiting", strconv.FormatBool(v.Waiting), "arrived_at", moment(v.ArrivedAt)))
	}
	if f := m.Feedback; f != nil {
		row("feedback", m.Kind, m.Title, f.Useful, f.Text, moment(f.At), details("attended", strconv.FormatBool(f.Attended)))
	}
}
