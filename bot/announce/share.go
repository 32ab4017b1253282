package announce

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"rsc.io/qr"

	"mboka/bot"
	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// Links make links that open a chat with the service.
type Links struct {
	// Telegram gives the bot's name there, "" where it is off or not known now.
	Telegram func(context.Context) string
	// WhatsApp is the number as digits, "" where it is off.
	WhatsApp string
}

// Link opens a chat, with a code in it.
type Link struct{ Channel, URL string }

// of are the links with a code. What is written on WhatsApp is a greeting in the
// language of whoever made the link.
func (l Links) of(ctx context.Context, lang locales.Lang, code string) []Link {
	var out []Link
	if l.Telegram != nil {
		if name := l.Telegram(ctx); name != "" {
			out = append(out, Link{"telegram", "https://t.me/" + name + "?start=" + bot.SharedPayload(code)})
		}
	}
	if l.WhatsApp != "" {
		hello := locales.Text(lang, locales.AmbHello, locales.Args{"Code": bot.SharedPayload(code)})
		out = append(out, Link{"whatsapp", "https://wa.me/" + l.WhatsApp + "?text=" + url.PathEscape(hello)})
	}
	return out
}

// longestLabel bounds the name of an association.
const longestLabel = 80

// codeSigns are those of a link's code: no look-alikes.
const (
	codeSigns = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	codeLong  = 8
	codeTries = 8 // 40 bits: a second one is hardly ever needed
)

// share makes the link of the mission that an announcement is about, by a button.
func (r *Reports) share(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	c, a, err := r.about(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	return c.shareMission(a.MissionID)
}

// announces lets only who announces make links; who approves may read.
func (c *clerk) announces() error {
	if !store.May(store.Announce, c.held.Role, c.held.Organisation, c.d.Running) {
		return errNothing
	}
	return nil
}

func (c *clerk) shareMission(id uuid.UUID) (map[string]string, error) {
	if err := c.announces(); err != nil {
		return nil, err
	}
	m, err := c.tx.MissionByID(c.ctx, id)
	if err != nil {
		return nil, err
	}
	a, found, err := c.tx.AmbassadorOf(c.ctx, id, c.held.Organisation)
	if err == nil && !found {
		a, err = c.newAmbassador(store.Ambassador{MissionID: id})
	}
	if err != nil {
		return nil, err
	}
	return c.card(a, m.Text(c.lang.String()).Title)
}

// newAmbassador keeps a link under a code that comes from the message.
func (c *clerk) newAmbassador(a store.Ambassador) (store.Ambassador, error) {
	of := c.d.Chat.String() + ":" + c.d.MessageID
	id, err := derived(c.Keys, "ambassador", of)
	if err != nil {
		return a, err
	}
	a.ID, a.RoleID, a.Organisation, a.CreatedAt = id, c.held.ID, c.held.Organisation, c.d.At
	for try := 1; ; try++ {
		raw := c.Keys.Code("ambassador code", of+":"+strconv.Itoa(try), codeLong)
		for i, b := range raw {
			raw[i] = codeSigns[int(b)%len(codeSigns)]
		}
		a.Code = string(raw)
		switch err := c.tx.PutAmbassador(c.ctx, a); {
		case err == nil:
			return a, c.audit("ambassador.make", id.String(), 0, false)
		case !errors.Is(err, store.ErrCodeTaken) || try == codeTries:
			return a, err
		}
	}
}

// card shows a link with its count, and hands out its pictures.
func (c *clerk) card(a store.Ambassador, name string) (map[string]string, error) {
	n, err := c.came(a)
	if err != nil {
		return nil, err
	}
	text := locales.Text(c.lang, locales.AmbCard, locales.Args{"Name": name, "Came": n.say(c.lang)})
	about := &bot.About{Kind: bot.AboutAmbassador, ID: a.ID}
	return bot.FilesResult(ofCode+a.Code, text, about, bot.AmbassadorEnd), nil
}

// ambassador is the word about links of associations: alone it lists them, with
// a name it shows or makes one.
func (r *Reports) ambassador(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	c, err := r.open(ctx, tx, d, "")
	if err != nil {
		return nil, err
	}
	label := strings.Join(strings.Fields(d.Event.Answer.Text), " ")
	all, err := tx.AmbassadorsOf(ctx, c.held.Organisation)
	if err != nil {
		return nil, err
	}
	if label == "" {
		return c.list(all)
	}
	if utf8.RuneCountInString(label) > longestLabel {
		label = string([]rune(label)[:longestLabel])
	}
	for _, a := range all {
		if reference.Fold(a.Label) == reference.Fold(label) {
			return c.card(a, a.Label)
		}
	}
	a, err := c.newAmbassador(store.Ambassador{Label: label})
	if err != nil {
		return nil, err
	}
	return c.card(a, label)
}

// list are the links of associations with their numbers. They do not add up to
// anything that is told, so nothing follows from one about another.
func (c *clerk) list(all []store.Ambassador) (map[string]string, error) {
	word, _, _ := strings.Cut(locales.LabelOf(locales.CmdAmbassador).In(c.lang), "|")
	if len(all) == 0 {
		return c.said(locales.Text(c.lang, locales.AmbListNone, locales.Args{"Word": word}), nil), nil
	}
	var rows []string
	var rule string
	for _, a := range all {
		n, err := c.came(a)
		if err != nil {
			return nil, err
		}
		rows, rule = append(rows, n.row(c.lang, a)), n.rule(c.lang)
	}
	return c.said(locales.Text(c.lang, locales.AmbList, locales.Args{"Rows": strings.Join(rows, "\n"), "Rule": rule, "Word": word}), nil), nil
}

// ambassadorAct ends a link, by its button.
func (r *Reports) ambassadorAct(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	id, err := uuid.Parse(d.Event.Answer.Text)
	if err != nil {
		return nil, errNothing
	}
	a, found, err := tx.AmbassadorByID(ctx, id)
	if err == nil && !found {
		err = errNothing
	}
	if err != nil {
		return nil, err
	}
	c, err := r.open(ctx, tx, d, a.Organisation)
	if err == nil {
		err = c.announces()
	}
	if err != nil {
		return nil, err
	}
	if err := tx.EndAmbassador(ctx, id, d.At); err != nil {
		return nil, err
	}
	return c.said(locales.Text(c.lang, locales.AmbEnded, nil), nil), c.audit("ambassador.end", id.String(), 0, false)
}

// What FactReport knows files by: a mark, and a code or an id behind it.
const (
	ofCode         = "qr:"
	ofAnnouncement = "xlsx:"
)

// files are what an effect has let out.
func (r *Reports) files(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	answer, _ := q.Answers.Get(bot.ReportOf)
	if code, ok := strings.CutPrefix(answer.Text, ofCode); ok {
		links := r.Links.of(ctx, q.Lang, code)
		var urls []string
		for _, l := range links {
			urls = append(urls, l.URL)
		}
		files, err := pictures(links)
		return flows.Fact{Args: map[string]any{bot.CopyFiles: files, bot.ReportLinks: strings.Join(urls, "\n")}}, err
	}
	raw, ok := strings.CutPrefix(answer.Text, ofAnnouncement)
	if !ok {
		return flows.Fact{}, fmt.Errorf("no files of %q", answer.Text)
	}
	files, err := r.table(ctx, raw, q)
	return flows.Fact{Args: map[string]any{bot.CopyFiles: files}}, err
}

// pictures are QR codes of links.
func pictures(links []Link) ([]bot.File, error) {
	titles := map[string]locales.Key{"telegram": locales.AmbQrTelegram, "whatsapp": locales.AmbQrWhatsapp}
	var out []bot.File
	for _, l := range links {
		code, err := qr.Encode(l.URL, qr.M)
		if err != nil {
			return nil, fmt.Errorf("draw QR code: %w", err)
		}
		out = append(out, bot.File{Part: l.Channel, Name: "mboka-" + l.Channel + ".png", Type: "image/png", Title: titles[l.Channel], Data: code.PNG()})
	}
	return out, nil
}

// shared is what somebody is told who came by a link: the mission, as long as it
// is ahead and not cancelled.
func (r *Reports) shared(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	answer, _ := q.Answers.Get(bot.SharedCode)
	notice, run := "", ""
	a, found, err := r.DB.AmbassadorByCode(ctx, answer.Text)
	if err != nil {
		return flows.Fact{}, err
	}
	if found && a.MissionID != uuid.Nil {
		if notice, run, err = r.noticeOf(ctx, a.MissionID, q); err != nil {
			return flows.Fact{}, err
		}
	}
	return flows.Fact{Args: map[string]any{bot.SharedNotice: notice, bot.SharedRun: run}}, nil
}

// sharedCaps is the room that a mission has which stands above a menu, on any
// channel: WhatsApp's for a text with buttons, less what the menu says.
var sharedCaps = bot.Capabilities{Text: 800, Body: 800}

// noticeOf is the first notice of a mission in somebody's language, "" where none
// of it was ever sent, or it is of no use any more: what was not approved for
// members is not shown to one.
func (r *Reports) noticeOf(ctx context.Context, mission uuid.UUID, q bot.Looking) (notice, run string, err error) {
	policy, err := r.Policy(ctx)
	if err != nil {
		return "", "", fmt.Errorf("read settings: %w", err)
	}
	m, err := r.DB.MissionByID(ctx, mission)
	if err != nil || !m.CancelledAt.IsZero() || !m.StartsAt.IsZero() && !q.At.Before(m.StartsAt) {
		return "", "", err
	}
	all, err := r.DB.AnnouncementsOf(ctx, mission)
	if err != nil {
		return "", "", err
	}
	for _, a := range all {
		if a.Kind != store.AnnounceNotice || !hasPlan(a) || a.Status == store.AnnouncementCancelled || !a.ValidUntil.IsZero() && !q.At.Before(a.ValidUntil) {
			continue
		}
		letter := Letter{Announcement: a, Mission: m, Organisation: policy.Organisation}
		if letter.Invites() {
			run = bot.About{Kind: bot.AboutMission, ID: m.ID}.Run()
		}
		return letter.Whole(Recipient{Language: q.Lang, Caps: sharedCaps}), run, nil
	}
	return "", "", nil
}
