package announce

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"mboka/locales"
	"mboka/store"
)

// Posted is what anybody may read of a meeting or visit: what is told to who
// was invited, without the address, which only those get who come.
type Posted struct {
	ID           uuid.UUID
	Kind         string
	Title        string
	Tongue       string // the language of Title and Summary
	Summary      string
	When, Where  string
	Terms, Bring string
	Contact      string
	Organiser    string
	State        string // whether officials of the state will be there
	StatePresent bool
	StartsAt     time.Time
	Cancelled    bool
}

// postedKinds are for everybody; trainings and presentations are for officials
// who are invited to them.
var postedKinds = map[store.MissionKind]bool{
	store.Awareness: true, store.Information: true, store.Consultation: true, store.Forum: true, store.Webinar: true,
}

// open tells whether a meeting may stand where anybody reads: it was announced to
// whoever lives in some places, or speaks some languages, and to nobody in
// particular. What goes to some people only stays with them, and all the more
// what they may not be seen to get. An audience that cannot be read is neither.
func open(p store.Posted) bool {
	for _, raw := range p.Audiences {
		var a Audience
		if json.Unmarshal(raw, &a) != nil {
			return false
		}
		some := len(a.Sectors)+len(a.Groups)+len(a.Professions)+len(a.Contributions) > 0 || a.Qualified
		if some || a.Discreet || a.Officials {
			return false
		}
	}
	return postedKinds[p.Kind] && len(p.Audiences) > 0
}

// PostedFor are the meetings and visits to come that anybody may know of, in
// words. organisation organises what names no organiser.
func PostedFor(ctx context.Context, db *store.DB, lang locales.Lang, organisation string, at time.Time) ([]Posted, error) {
	missions, err := db.MissionsPosted(ctx, at)
	if err != nil {
		return nil, err
	}
	var all []Posted
	for _, m := range missions {
		if open(m) {
			all = append(all, posted(m.Mission, lang, organisation, at))
		}
	}
	return all, nil
}

func posted(m store.Mission, lang locales.Lang, organisation string, at time.Time) Posted {
	l := Letter{Mission: m, Organisation: organisation, Announcement: store.Announcement{Kind: store.AnnounceNotice, CreatedAt: at}}
	p := Posted{
		ID: m.ID, Kind: string(m.Kind), Title: l.title(lang), Summary: tidy(m.Text(lang.String()).Summary),
		Tongue: store.Fallback(lang.String(), func(l string) bool { _, ok := m.Texts[l]; return ok }),
		When:   l.when(Recipient{Language: lang}), Where: l.where(lang), Organiser: l.organiser(), Contact: tidy(m.Contact),
		StatePresent: m.StatePresent, StartsAt: m.StartsAt, Cancelled: !m.CancelledAt.IsZero(),
	}
	part := func(write func(*sheet)) string {
		s := &sheet{lang: lang}
		write(s)
		return s.text()
	}
	p.Terms, p.Bring = part(l.terms), part(l.bring)
	p.State = l.state(&sheet{lang: lang})
	return p
}

// PostedCalendar is one of them for a calendar, without the address; found is
// false for any other, and for one that is called off.
func PostedCalendar(ctx context.Context, db *store.DB, lang locales.Lang, id uuid.UUID, at time.Time) (file []byte, found bool, err error) {
	missions, err := db.MissionsPosted(ctx, at)
	if err != nil {
		return nil, false, err
	}
	for _, m := range missions {
		if m.ID == id && open(m) && m.CancelledAt.IsZero() {
			file, err = ICS(m.Mission, lang, false)
			return file, err == nil, err
		}
	}
	return nil, false, nil
}
