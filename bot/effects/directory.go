package effects

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/directory"
	"mboka/flows/fields"
	"mboka/flows/registration"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

func (r Records) directory() map[string]bot.Effect {
	return map[string]bot.Effect{
		directory.ID + "." + directory.Published:   r.publish,
		directory.ID + "." + directory.Withdrawn:   r.withdraw,
		directory.WriteID + "." + directory.Sent:   r.send,
		directory.ReadID + "." + directory.Replied: r.replyTo,
		directory.ReadID + "." + directory.Refused: r.refuseContact,
		directory.ReadID + "." + directory.Blocked: r.blockContact,
	}
}

// shownThings are what a card may show of the profile, in the order in which it
// is read.
var shownThings = []struct {
	known, asked string // steps of the flow: what is known, whether it is shown
	shows        string // in the records
	title        locales.Key
}{
	{directory.Trade, directory.ShowTrade, store.ShowProfession, locales.TProfession},
	{directory.Sector, directory.ShowSector, store.ShowSector, locales.TSector},
	{directory.Country, directory.ShowCountry, store.ShowCountry, locales.TCountryResidence},
	{directory.Languages, directory.ShowLanguages, store.ShowLanguages, locales.TLanguages},
}

// known is what could stand on a person's card, and what does now.
type known struct {
	member store.Member
	card   store.DirectoryCard
	has    bool              // there is a card
	texts  map[string]string // by the steps of the flow, in the language that is read
}

// text is the answer of the profile in words: coded ones only, so that nothing
// that was typed gets onto a page by itself.
func knownText(step string, given map[string]store.Answer, lang locales.Lang) string {
	a, answered := given[step]
	s, ok := registration.Flow().Step(step)
	if !answered || !ok || len(a.Codes) == 0 {
		return ""
	}
	var shown []string
	for _, label := range s.Field.Show(flows.Answered{Step: step, Codes: a.Codes}) {
		shown = append(shown, label.In(lang))
	}
	return strings.Join(shown, ", ")
}

// otherTrade is the code of a profession that was typed: of it the card shows
// the group.
const otherTrade = "other"

func (r Records) knownOf(ctx context.Context, q bot.Looking) (k known, err error) {
	m, found, err := r.DB.MemberByChat(ctx, q.Chat)
	if err != nil || !found {
		return k, errors.Join(err, absentUnless(found, q.Member))
	}
	k = known{member: m, texts: map[string]string{}}
	if k.card, k.has, err = r.DB.CardOf(ctx, m.ID); err != nil {
		return k, err
	}
	all, err := r.DB.ProfileAnswers(ctx, m.ID)
	if err != nil {
		return k, err
	}
	given := map[string]store.Answer{}
	for _, a := range all {
		given[a.Step] = a
	}
	trade := "profession"
	if codes := given[trade].Codes; len(codes) == 0 || codes[0] == otherTrade {
		trade = "profession_group"
	}
	for step, from := range map[string]string{
		directory.Country: registration.Country, directory.Sector: "sector", directory.Trade: trade, directory.Languages: "languages",
	} {
		k.texts[step] = knownText(from, given, q.Lang)
	}
	k.texts[directory.Name], k.texts[directory.Link] = given[registration.Name].Text, k.card.Link
	if k.has && k.card.Name != "" {
		k.texts[directory.Name] = k.card.Name
	}
	return k, nil
}

// card is the person's card: as it is, or as the answers so far would make it.
func (r Records) card(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	k, err := r.knownOf(ctx, q)
	if err != nil {
		return flows.Fact{}, err
	}
	now := directory.Off
	if k.has {
		now = directory.On
	}
	fact := flows.Fact{Args: map[string]any{}, Answers: flows.Answers{{Step: directory.Now, Codes: []string{now}}}}
	for _, step := range []string{directory.Name, directory.Country, directory.Sector, directory.Trade, directory.Languages, directory.Link} {
		if text := k.texts[step]; text != "" {
			fact.Answers = append(fact.Answers, flows.Answered{Step: step, Codes: []string{flows.Written}, Text: text})
		}
	}
	if !k.member.Registered() {
		fact.Args[bot.CardState] = bot.CardEarly
	}
	shown := k.card
	if _, chosen := q.Answers.Get(directory.ShowLink); chosen {
		shown = chosenCard(q.Answers)
	}
	lines := k.lines(shown, q.Lang)
	if k.has && shown.ID == k.card.ID && r.Public != "" {
		lines = append(lines, r.page(q.Lang, k.card.ID))
	}
	if len(lines) == 0 {
		lines = []string{locales.Text(q.Lang, locales.DirCardEmpty, nil)}
	}
	fact.Args["Card"] = strings.Join(lines, "\n")
	return fact, r.waiting(ctx, q, k.member.ID, fact.Args)
}

// waiting names what waits to be read.
func (r Records) waiting(ctx context.Context, q bot.Looking, member uuid.UUID, args map[string]any) error {
	c, found, err := r.DB.OpenContact(ctx, member, uuid.Nil, q.At)
	if err == nil && !found {
		c, found, err = r.DB.RepliedContact(ctx, member, uuid.Nil, q.At)
	}
	if found {
		args[bot.ContactNamed] = c.ID.String()
	}
	return err
}

// page is the address of a card.
func (r Records) page(lang locales.Lang, id uuid.UUID) string {
	return r.Public + "/" + lang.String() + "/directory/" + bot.CardID(id)
}

// lines is a card as it is read.
func (k known) lines(c store.DirectoryCard, lang locales.Lang) []string {
	var lines []string
	line := func(title locales.Key, text string) {
		if text != "" {
			lines = append(lines, locales.Text(lang, locales.CardLine, locales.Args{"Title": locales.LabelOf(title), "Label": text}))
		}
	}
	line(locales.DirTName, c.Name)
	for _, t := range shownThings {
		for _, s := range c.Shows {
			if s == t.shows {
				line(t.title, k.texts[t.known])
			}
		}
	}
	line(locales.DirTLink, c.Link)
	return lines
}

// chosenCard is the card that the answers make. What was not switched on is
// not on it.
func chosenCard(given flows.Answers) (c store.DirectoryCard) {
	for _, t := range shownThings {
		if given.Code(t.asked) == fields.Show {
			c.Shows = append(c.Shows, t.shows)
		}
	}
	text := func(step string) string {
		a, _ := given.Get(step)
		if code := given.Code(step); code != fields.Show && code != flows.Written {
			return ""
		}
		return a.Text
	}
	c.Name, c.Link = text(directory.ShowName), text(directory.ShowLink)
	return c
}

// publish makes the card public: the yes and the card in one.
func (r Records) publish(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	member, err := uuid.Parse(d.Member)
	if err != nil {
		return nil, fmt.Errorf("member id: %w", err)
	}
	m, found, err := tx.MemberByID(ctx, member)
	if err != nil || !found {
		return nil, errors.Join(err, notFound(found))
	}
	card := chosenCard(d.Event.Answers)
	if link, ok := reference.SafeLink(card.Link); card.Link != "" && (!ok || link != card.Link) {
		card.Link = "" // a link that was taken before the rule for them was stricter
	}
	if len(card.Shows) == 0 && card.Name == "" && card.Link == "" || !m.Registered() {
		return map[string]string{bot.ResultOutcome: bot.CardEmpty}, nil
	}
	if card.ID, err = r.named("card", d); err != nil {
		return nil, err
	}
	card.UpdatedAt = d.At
	if err := r.consent(ctx, tx, d, member, store.ForDirectory, true, flows.Proof{MessageID: d.MessageID, At: d.At}); err != nil {
		return nil, err
	}
	id, err := tx.PutCard(ctx, member, card)
	if err != nil {
		return nil, err
	}
	results := map[string]string{bot.ResultOutcome: bot.CardShown, "Page": ""}
	if lang, _ := locales.ParseLang(d.Language); r.Public != "" {
		results["Page"] = r.page(lang, id)
	}
	return results, nil
}

// withdraw takes the card down.
func (r Records) withdraw(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	member, err := uuid.Parse(d.Member)
	if err != nil {
		return nil, fmt.Errorf("member id: %w", err)
	}
	return nil, r.withdrawCard(ctx, tx, d, member)
}

func (r Records) withdrawCard(ctx context.Context, tx *store.Tx, d bot.Doing, member uuid.UUID) error {
	if err := r.consent(ctx, tx, d, member, store.ForDirectory, false, flows.Proof{MessageID: d.MessageID, At: d.At}); err != nil {
		return err
	}
	return tx.DropCard(ctx, member)
}
