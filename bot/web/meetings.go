package web

import (
	"context"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"mboka/locales"
)

// Meeting is what anybody may read of a meeting or visit, in one language.
type Meeting struct {
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

// Calendar is where the file for a calendar is, behind the page's path.
func (m Meeting) Calendar() string { return m.ID.String() + calendarEnd }

// Begins is the time for machines.
func (m Meeting) Begins() string { return m.StartsAt.UTC().Format(time.RFC3339) }

const (
	meetingsSlug = "meetings"
	calendarEnd  = ".ics"
	// meetingsLife is how long a page may not know of what is called off.
	meetingsLife = 20 * time.Second
)

// meetingsData is what the page of meetings shows.
type meetingsData struct {
	Meetings []Meeting
	// Coming is the word by which one gets the address.
	Coming string
}

func fillMeetings(s *Site, v *visit) (any, error) {
	all, err := s.meetingsIn(v.Context(), v.lang)
	if err != nil {
		return nil, err
	}
	return meetingsData{Meetings: all, Coming: locales.Text(v.lang, locales.RsvpYes, nil)}, nil
}

func (s *Site) meetingsIn(ctx context.Context, lang locales.Lang) ([]Meeting, error) {
	if s.Meetings == nil {
		return nil, nil
	}
	return s.meetings[lang].get(ctx, s.Now(), meetingsLife, func(ctx context.Context) ([]Meeting, error) {
		return s.Meetings(ctx, lang, s.Now())
	})
}

// calendar hands out one of the meetings that the page shows. What is not there
// is not said apart: another id, or one that was called off.
func (s *Site) calendar(w http.ResponseWriter, r *http.Request, lang locales.Lang) {
	name, ics := strings.CutSuffix(r.PathValue("file"), calendarEnd)
	id, err := uuid.Parse(name)
	if !ics || err != nil || id.String() != name || s.Calendar == nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	all, err := s.meetingsIn(r.Context(), lang)
	if err != nil {
		s.fault(w, r, page{file: meetingsSlug}, err)
		return
	}
	for _, m := range all {
		if m.ID != id || m.Cancelled {
			continue
		}
		file, found, err := s.Calendar(r.Context(), lang, id, s.Now())
		switch {
		case err != nil:
			s.fault(w, r, page{file: meetingsSlug}, err)
		case !found:
			s.problem(w, r, http.StatusNotFound)
		default:
			day := m.StartsAt.UTC().Format("2006-01-02")
			w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "mboka-" + day + calendarEnd}))
			reply(w, r, answerOf{status: http.StatusOK, kind: "text/calendar; charset=utf-8", body: file, hidden: true, lang: lang})
		}
		return
	}
	s.problem(w, r, http.StatusNotFound)
}
