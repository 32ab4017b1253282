package bot

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"mboka/locales"
	"mboka/store/sessions"
)

// Begun is a registration that somebody began in a chat, as it is counted: when,
// and in which language how far they have come. It is in the session, so that
// each is counted at one place only, and moves when they go on.
//
// What is counted stands in Redis, by week, language, channel and stage, without
// a chat: before the age answer nothing of a chat may reach Postgres. Who stops
// stays where they stopped, who says no to the notice has a stage of their own,
// since its text is to be judged by them. Who is too young stays at the age
// question with those who gave no answer: nothing of them may be kept, so nothing
// tells them apart. Who begins again counts again, so these are beginnings and not
// people. Staff are not counted, also when they said hello before they had a role.
type Begun struct {
	At    time.Time `json:"a"`
	Lang  string    `json:"l"`
	Stage string    `json:"s"`
}

// BegunFor is for how long a beginning is followed. Each is seen for as long, so
// that weeks can be compared; and a week does not change any more after that.
const BegunFor = 7 * 24 * time.Hour

// Stages are how far one can come in the registration, in order. The name of one
// is that of the question asked there, but for those below.
var Stages = []string{
	"language", "consent", StageRefused, "age_band", countryStep, "education_level", "employment_status",
	StageCounted, StageMore, StageEnd, StageDone,
}

// StageRefused is of those who said no to the notice: further than who gave no
// answer to it, and none that others pass through.
const StageRefused = "refused"

// The stages of who is registered: the four answers are in.
const (
	StageCounted = "counted" // asked whether to go on
	StageMore    = "more"    // at one of the questions that may be left out
	StageEnd     = "end"     // at the review, or the consent to announcements
	StageDone    = "done"    // through
)

// StageOf is the stage of a step of the registration.
func StageOf(step string) string {
	switch {
	case slices.Contains(Stages, step):
		return step
	case step == "summary", step == "missions":
		return StageEnd
	}
	return StageMore
}

// through are the events of the registration by which it ends well.
var through = map[string]bool{"thanked": true, "finished": true}

// Through tells whether the registration ends well by an event.
func Through(event string) bool { return through[event] }

// refusing is the event of the registration by which somebody says no to the notice.
const refusing = "declined"

// Refuses tells whether the registration ends by an event because of a no.
func Refuses(event string) bool { return event == refusing }

// follows counts the beginning of a registration, and how far it comes.
func (t *thinker) follows() {
	if t.s.Gated || t.out.Need != "" || !t.in.Kind.speaks() {
		return
	}
	was, stage := t.s.Begun, t.stage()
	if t.out.Forget && stage != StageRefused {
		return
	}
	if was != nil && t.at.Sub(was.At) >= BegunFor {
		was, t.s.Begun = nil, nil
	}
	if t.s.Member == "" && len(t.s.Roles) > 0 {
		t.out.Left, t.s.Begun = was, nil
		return
	}
	if stage == "" || was == nil && t.s.Member != "" {
		return
	}
	now := Begun{At: t.at, Lang: t.s.Lang, Stage: stage}
	if was != nil {
		now.At = was.At
		if slices.Index(Stages, was.Stage) > slices.Index(Stages, stage) {
			now.Stage = was.Stage
		}
		if now == *was {
			return
		}
		t.out.Left = was
	}
	t.s.Begun, t.out.Came = &now, &now
	if stage == StageDone {
		t.s.Begun = nil
	}
}

// stage is where the registration stands now; "" where none is under way.
func (t *thinker) stage() string {
	if i := t.s.runs(FlowRegistration); i >= 0 {
		return StageOf(t.s.Stack[i].Step)
	}
	for _, e := range t.out.Events {
		switch {
		case e.Flow != FlowRegistration:
		case Through(e.Name):
			return StageDone
		case Refuses(e.Name):
			return StageRefused
		}
	}
	return ""
}

// tally is what a turn counts; nil: nothing.
func (h *held) tally(in Inbound, t thought) *sessions.Tally {
	var out *sessions.Tally
	change := func(b *Begun, by int) {
		if b == nil {
			return
		}
		week := WeekOf(b.At) // both are of one beginning
		if out == nil {
			out = &sessions.Tally{Name: week.Format(time.DateOnly)}
		}
		cell := h.b.begunCell(week, h.g.Chat.Partition(), Beginnings{Language: b.Lang, Channel: in.Channel, Stage: b.Stage})
		out.Changes = append(out.Changes, sessions.TallyChange{Cell: cell, By: by})
	}
	change(t.Came, 1)
	change(t.Left, -1)
	return out
}

// WeekOf is the Monday on which the week of a time begins, in UTC.
func WeekOf(at time.Time) time.Time {
	day := at.UTC().Truncate(24 * time.Hour)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

// Beginnings are how many of the registrations begun in a week came to a stage and no
// further, in seven days.
type Beginnings struct {
	Language, Channel, Stage string
	N                        int
}

// begunCell names a counter in Redis. It is hashed, with the partition in it: in a
// small service a partition is one or two chats.
func (b *Bot) begunCell(week time.Time, partition byte, s Beginnings) string {
	what := []string{week.Format(time.DateOnly), hex.EncodeToString([]byte{partition}), s.Language, s.Channel, s.Stage}
	return hex.EncodeToString(b.keys.Code("begun", strings.Join(what, "\x00"), 12))
}

// BegunIn reads what was counted of the registrations begun in a week. unread is
// how many counters nobody can read: of a channel or a stage that is gone, or
// under keys that were. It changes nothing.
func (b *Bot) BegunIn(ctx context.Context, week time.Time) (all []Beginnings, unread int, err error) {
	counted, err := b.cfg.Sessions.Tallied(ctx, week.Format(time.DateOnly))
	if err != nil {
		return nil, 0, fmt.Errorf("read beginnings: %w", err)
	}
	for _, lang := range locales.Langs {
		for _, channel := range b.counted() {
			for _, stage := range Stages {
				s := Beginnings{Language: lang.String(), Channel: channel, Stage: stage}
				for partition, cells := range counted {
					cell := b.begunCell(week, partition, s)
					s.N += cells[cell]
					delete(cells, cell)
				}
				if s.N > 0 {
					all = append(all, s)
				}
			}
		}
	}
	for _, cells := range counted {
		unread += len(cells)
	}
	return all, unread, nil
}

// counted are the channels of the chats that are counted, also of one that is off now.
func (b *Bot) counted() []string {
	names := []string{"telegram", "whatsapp"}
	for name := range b.channels {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
