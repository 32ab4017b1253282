package announce

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// mostShown is how many announcements are listed: the rows of a WhatsApp list.
const mostShown = 10

// rowTitle is the longest title of such a row (twilio.com/docs/content/twiliolist-picker).
const rowTitle = 24

// lineTitle is how much of a title stands in the list, so that ten of them leave
// room for buttons (WhatsApp, 1,024 characters).
const lineTitle = 60

// list shows a coordinator the announcements of their organisation; to who
// approves, those of every one, what waits for a yes first.
func (o *Office) list(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	of := store.Organisation("")
	v, err := o.open(ctx, tx, d, store.Approve)
	if notPermitted(err) {
		if v, err = o.open(ctx, tx, d, store.Announce); err == nil {
			of = v.held.Organisation
		}
	}
	if err != nil {
		return nil, err
	}
	all, err := tx.AnnouncementsBy(ctx, of, mostShown)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return said(locales.AnnNone), nil
	}
	waits := func(a store.Announcement) int {
		if a.Status == store.AnnouncementReview {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b store.Announcement) int { return cmp.Compare(waits(a), waits(b)) })
	var lines []string
	for i, a := range all {
		m, err := tx.MissionByID(ctx, a.MissionID)
		if err != nil {
			return nil, err
		}
		title := oneLine(m.Text(d.Language).Title, lineTitle)
		row := locales.Text(v.lang, locales.AnnRow, locales.Args{
			"N": i + 1, "State": stateOf(a.Status, v.lang), "Title": title, "Kind": sortOf(a.Kind, v.lang),
		})
		lines = append(lines, strings.Join([]string{a.ID.String(), oneLine(strconv.Itoa(i+1)+". "+title, rowTitle), row}, "\t"))
	}
	return begins(bot.FlowAnnounced, flows.Answers{{Step: StepListed, Text: strings.Join(lines, "\n")}}, "")
}

// choose shows the announcement that was chosen from the list.
func (o *Office) choose(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	return o.about(ctx, tx, d, d.Event.Answers.Code(StepWhich), bot.ActShow)
}

func stateOf(status string, lang locales.Lang) string {
	return locales.Text(lang, locales.Key("ann_in_"+status), nil)
}

func sortOf(kind string, lang locales.Lang) string {
	return locales.Text(lang, locales.Key("ann_kind_"+kind), nil)
}

// whenOf is when the meeting is, in one line.
func whenOf(a store.Announcement, m store.Mission, language string) string {
	lang, _ := locales.ParseLang(language)
	if m.StartsAt.IsZero() {
		return locales.Text(lang, locales.AnnNoDate, nil)
	}
	return sentence(Letter{Announcement: a, Mission: m}.when(Recipient{Language: lang, Zones: []string{m.Timezone}}))
}

// whoOf names the audience.
func whoOf(a store.Announcement, lang locales.Lang) string {
	if a.Kind != store.AnnounceNotice {
		return locales.Text(lang, locales.AnnEveryoneTold, nil)
	}
	audience, err := DecodeAudience(a.Audience)
	if err != nil {
		return "?" // of an older release: the preview still shows the text
	}
	return audience.Label(lang)
}

// clockArgs are the day, the time of day, and whose clock it is.
func clockArgs(at time.Time, m store.Mission, lang locales.Lang) locales.Args {
	local := at.In(reference.Zone(m.Timezone))
	_, place, _ := strings.Cut(m.Timezone, "/")
	place = strings.ReplaceAll(place, "_", " ")
	if city, known := reference.CityByID(m.City); known {
		place = city.Name.In(lang)
	}
	return locales.Args{"Day": locales.Day(lang, local, false), "Clock": locales.Clock(lang, local), "Place": place}
}

// card shows one announcement, with what its state and the reader's roles allow.
func (s *seat) card() (map[string]string, error) {
	when := whenOf(s.a, s.m, s.d.Language)
	if s.a.Status == store.AnnouncementApproved {
		when += " " + locales.Text(s.lang, locales.AnnBegins, locales.Args{"When": s.soon(s.a.BeginAt, s.m, s.lang)})
	}
	if s.a.Status == store.AnnouncementCancelled {
		why, err := s.whyOf(s.a, s.lang)
		if err != nil {
			return nil, err
		}
		if why != "" {
			when = why + "\n" + when
		}
	}
	out := said(locales.AnnCard, "Title", s.m.Text(s.d.Language).Title, "Kind", sortOf(s.a.Kind, s.lang),
		"State", stateOf(s.a.Status, s.lang), "When", when, "Who", whoOf(s.a, s.lang))
	return s.buttons(out, s.acts()...), nil
}

// buttons puts acts under a text.
func (s *seat) buttons(out map[string]string, acts ...string) map[string]string {
	out[bot.ResultAbout], out[bot.ResultActs] = s.a.ID.String(), strings.Join(acts, " ")
	return out
}

// acts are those that the state allows to who looks. What shows how a sending
// went stands behind them.
func (s *seat) acts() (acts []string) {
	if s.a.Status == store.AnnouncementReview && s.approves && !s.own() {
		acts = append(acts, bot.ActApprove, bot.ActRefuse)
	}
	acts = append(acts, bot.ActPreview)
	switch s.a.Status {
	case store.AnnouncementApproved:
		acts = append(acts, bot.ActUndo)
	case store.AnnouncementSending:
		acts = append(acts, bot.ActPause)
	case store.AnnouncementPaused:
		acts = append(acts, bot.ActResume)
	}
	if hasPlan(s.a) {
		acts = append(acts, bot.ReportAsked)
	}
	if s.mine && s.changeable() {
		acts = append(acts, bot.ActChange)
	}
	if ends[s.a.Status] {
		acts = append(acts, bot.ActCancel)
	}
	return acts
}

// ends are the statuses that somebody can end.
var ends = map[string]bool{store.AnnouncementReview: true, store.AnnouncementApproved: true, store.AnnouncementSending: true, store.AnnouncementPaused: true}

// begun are the statuses of announcements that may have reached somebody.
var begun = map[string]bool{store.AnnouncementSending: true, store.AnnouncementPaused: true, store.AnnouncementSent: true, store.AnnouncementClosed: true}

// changeable tells whether what was announced can still be changed.
func (s *seat) changeable() bool {
	ahead := s.m.StartsAt.IsZero() || s.m.StartsAt.After(s.d.At)
	return s.a.Kind == store.AnnounceNotice && ahead && s.m.CancelledAt.IsZero() && begun[s.a.Status]
}

// own tells whether whoever acts wrote it.
func (s *seat) own() bool { return s.author == s.held.StaffID && s.author != uuid.Nil }

// preview shows what a member would read, on the platform of who looks.
func (s *seat) preview() (map[string]string, error) {
	if s.a.Status == store.AnnouncementReview { // a change is shown as it would be
		if err := s.propose(&s.m); err != nil {
			return nil, err
		}
	}
	text := sampleOf(Letter{Announcement: s.a, Mission: s.m, Organisation: s.policy.Organisation}, s.lang, s.d.Channel)
	var acts []string
	for _, act := range s.acts() {
		if act == bot.ActApprove || act == bot.ActRefuse {
			acts = append(acts, act)
		}
	}
	return s.buttons(said(locales.AnnSample, "Text", text), acts...), nil
}

// capsOf are a channel's limits as far as they decide about a letter.
var capsOf = map[string]bot.Capabilities{"telegram": bot.TelegramCapabilities, "whatsapp": bot.WhatsAppCapabilities}

// margin is room, in characters, for the buttons of a sample: they are shown as
// lines.
const margin = 100

// sampleOf is what a reader at the place of the meeting gets, with its buttons as
// lines.
func sampleOf(l Letter, lang locales.Lang, channel string) string {
	caps, known := capsOf[channel]
	if !known {
		caps = bot.TelegramCapabilities
	}
	caps.Body -= margin
	m := l.Message(Recipient{Language: lang, Caps: caps, Zones: []string{l.Mission.Timezone}, Official: l.forOfficials()})
	m.How = ""
	return bot.NumberedText(m)
}

// sample is what one reader would get of what the form says so far.
func (o *Office) sample(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	policy, err := o.Policy(ctx)
	if err != nil {
		return flows.Fact{}, err
	}
	language, channel, _ := strings.Cut(q.Answers.Code(StepPreview), "_")
	lang, _ := locales.ParseLang(language)
	m := filled{q.Answers}.mission()
	audience, err := encode(AudienceOf(q.Answers, o.Audiences.Understand).Audience)
	if err != nil {
		return flows.Fact{}, err
	}
	a := store.Announcement{Kind: store.AnnounceNotice, BeginAt: q.At, Audience: audience}
	return flows.Fact{Args: map[string]any{"Text": sampleOf(Letter{Announcement: a, Mission: m, Organisation: policy.Organisation}, lang, channel)}}, nil
}
