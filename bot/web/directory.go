package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	pathpkg "path"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// Directory is where the cards of the public directory come from. Each page asks
// anew: what a member takes down is on no page from then on.
type Directory struct {
	Cards     func(context.Context, store.CardQuery) ([]store.PublicCard, error)
	Card      func(context.Context, uuid.UUID) (store.PublicCard, bool, error)
	Count     func(context.Context, store.CardQuery) (int, error)
	Countries func(context.Context) ([]string, error)
	// Secret is a keyed hash, so many bytes long: of it hang the order of the day
	// and the marks by which somebody goes on reading.
	Secret func(purpose, of string, n int) []byte
}

const directorySlug = "directory"

// cardsShown is how many cards stand on a page.
const cardsShown = 12

// A person looks through some pages, and looks again; a copier wants all of
// them. One address gets 480 cards at once and then 4 in a second, on top of the
// limit of all pages. Both are ours, measured against nothing yet.
const (
	cardPagesAtOnce    = 40
	cardPagesPerSecond = 1.0 / 3
)

// directoryPage is kept by nobody, and by no search engine.
var directoryPage = page{slug: directorySlug, file: "directory", title: locales.WebDirTitle, about: locales.WebDirAbout, menu: locales.WebDirMenu,
	hidden: true, cache: "no-store", fill: fillDirectory, lacks: func(s *Site) bool { return s.Directory == nil }}

// mountDirectory adds the pages. They share a limit of their own.
func (s *Site) mountDirectory(handle func(string, http.HandlerFunc)) {
	limit := newLimiter(cardPagesAtOnce, cardPagesPerSecond)
	limited := func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if !limit.take(addressOf(r), s.Now()) {
				w.Header().Set("Retry-After", "60")
				s.problem(w, r, http.StatusTooManyRequests)
				return
			}
			next(w, r)
		}
	}
	for _, lang := range locales.Langs {
		path := pathOf(lang, directorySlug)
		handle("GET "+path, limited(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, directoryPage, lang) }))
		handle("GET "+path+"/{card}", limited(func(w http.ResponseWriter, r *http.Request) { s.card(w, r, lang) }))
	}
}

// underDirectory tells whether a path leads to the directory, however it is spelt.
func underDirectory(path string) bool {
	_, below, _ := strings.Cut(strings.Trim(pathpkg.Clean(path), "/"), "/")
	first, _, _ := strings.Cut(below, "/")
	return first == directorySlug
}

// directoryData is what the pages show: a search and its cards, or one card.
type directoryData struct {
	One                      bool
	Cards                    []cardView
	Countries, Sectors       []choice
	Work                     []choices
	Chosen                   string // the profession as the form has it
	Found                    string // how many there are, roughly; "" for none
	Next, First              string // addresses; "": there is nothing more, this is the first
	Searched, Empty, NoWrite bool
}

// choice is one option of the form.
type choice struct {
	Code, Name string
	Chosen     bool
}

// choices are options under a heading that can be chosen too.
type choices struct {
	choice
	Of []choice
}

// cardView is a card as it is read.
type cardView struct {
	Name  string
	Path  string // of its own page
	Lines []entry
	Link  string
	Ways  []way
	Made  bool // made up
}

// entry is a title and what it holds.
type entry struct{ Title, Text string }

func fillDirectory(s *Site, v *visit) (any, error) {
	if s.Directory == nil {
		return nil, errNoPage
	}
	ctx, dir := v.Context(), s.Directory
	q := readSearch(v.URL.Query())
	today := dayOf(s.Now())
	day, after := dir.readMark(v.URL.Query().Get("after"), today, q)
	ask := q.query()
	ask.Order, ask.After, ask.Most = dir.order(day), after, cardsShown+1
	cards, err := dir.Cards(ctx, ask)
	if err != nil {
		return nil, err
	}
	d := &directoryData{Searched: q != search{}, Chosen: q.work()}
	path := pathOf(v.lang, directorySlug)
	if after != "" {
		d.First = address(path, q.values())
	}
	if len(cards) > cardsShown {
		cards = cards[:cardsShown]
		next := q.values()
		next.Set("after", dir.mark(day, cards[cardsShown-1].Place, q))
		d.Next = address(path, next)
	}
	for _, c := range cards {
		d.Cards = append(d.Cards, s.cardView(ctx, v.lang, c))
	}
	d.Empty = len(cards) == 0
	if d.Found, err = s.found(ctx, v.lang, q); err != nil {
		return nil, err
	}
	return d, s.form(ctx, d, v.lang, q)
}

func address(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// found says how many cards fit: never an exact number, and none that is small.
func (s *Site) found(ctx context.Context, lang locales.Lang, q search) (string, error) {
	n, err := s.Directory.Count(ctx, q.query())
	if err != nil || n == 0 {
		return "", err
	}
	p, err := s.Policy(ctx)
	if err != nil {
		return "", err
	}
	rules := protect.Rules{K: p.K, KCross: p.KCross, Rounding: p.Rounding, MostVariables: 3}
	k, err := rules.Threshold(protect.Fine{Variables: 1, Sensitive: true})
	if err != nil {
		return "", err
	}
	if cell := rules.Count(n, k); cell.State == protect.Shown {
		return locales.Text(lang, locales.WebDirSome, locales.Args{"Count": cell.N}), nil
	}
	return locales.Text(lang, locales.WebDirFew, locales.Args{"Count": k}), nil
}

// form fills what can be looked for. Countries are those that cards show.
func (s *Site) form(ctx context.Context, d *directoryData, lang locales.Lang, q search) error {
	codes, err := s.Directory.Countries(ctx)
	if err != nil {
		return err
	}
	if q.Country != "" && !slices.Contains(codes, q.Country) {
		codes = append(codes, q.Country)
	}
	for _, code := range codes {
		d.Countries = append(d.Countries, choice{code, countryName(code, lang), code == q.Country})
	}
	slices.SortFunc(d.Countries, func(a, b choice) int { return cmp.Compare(reference.Fold(a.Name), reference.Fold(b.Name)) })
	d.Sectors = optionsOf("sector", lang, q.Sector)
	for _, g := range optionsOf("profession_group", lang, q.work()) {
		group := choices{choice: g}
		for _, o := range optionsOf("profession_"+g.Code, lang, q.Trade) {
			if o.Code == otherCode { // of it a card shows the group
				continue
			}
			o.Code, o.Chosen = g.Code+"."+o.Code, q.Group == g.Code && q.Trade == o.Code
			group.Of = append(group.Of, o)
		}
		d.Work = append(d.Work, group)
	}
	return nil
}

// otherCode is the code of what was typed.
const otherCode = "other"

func optionsOf(list string, lang locales.Lang, chosen string) []choice {
	var all []choice
	for _, o := range reference.List(list) {
		all = append(all, choice{o.Code, o.Label.In(lang), o.Code == chosen})
	}
	return all
}

func countryName(code string, lang locales.Lang) string {
	c, known := reference.CountryByCode(code)
	if !known {
		return code
	}
	return c.Name.In(lang)
}

func labelOf(list, code string, lang locales.Lang) string {
	for _, o := range reference.List(list) {
		if o.Code == code {
			return o.Label.In(lang)
		}
	}
	return ""
}

// cardView puts a card into words.
func (s *Site) cardView(ctx context.Context, lang locales.Lang, c store.PublicCard) cardView {
	v := cardView{Name: cmp.Or(c.Name, locales.Text(lang, locales.DirNoName, nil)), Path: pathOf(lang, directorySlug) + "/" + bot.CardID(c.ID),
		Ways: s.waysTo(ctx, lang, c.ID), Made: c.Synthetic}
	trade := labelOf("profession_"+c.Group, c.Profession, lang)
	var spoken []string
	for _, code := range c.Languages {
		if name := labelOf("languages", code, lang); name != "" {
			spoken = append(spoken, name)
		}
	}
	country := ""
	if c.Country != "" {
		country = countryName(c.Country, lang)
	}
	for _, l := range []struct {
		title locales.Key
		text  string
	}{
		{locales.TProfession, cmp.Or(trade, labelOf("profession_group", c.Group, lang))}, {locales.TSector, labelOf("sector", c.Sector, lang)},
		{locales.TCountryResidence, country}, {locales.TLanguages, strings.Join(spoken, ", ")},
	} {
		if l.text != "" {
			v.Lines = append(v.Lines, entry{locales.Text(lang, l.title, nil), l.text})
		}
	}
	if link, ok := reference.SafeLink(c.Link); ok && c.Link != "" {
		v.Link = link
	}
	return v
}

// waysTo are the links by which somebody writes to a card's owner: the bot
// takes the message and asks the owner.
func (s *Site) waysTo(ctx context.Context, lang locales.Lang, id uuid.UUID) []way {
	var ways []way
	if s.Telegram != nil {
		if name := s.Telegram(ctx); name != "" {
			ways = append(ways, way{Name: "Telegram", URL: "https://t.me/" + url.PathEscape(name) + "?start=" + bot.CardPayload(id)})
		}
	}
	if s.WhatsApp != "" {
		ways = append(ways, way{Name: "WhatsApp", URL: "https://wa.me/" + s.WhatsApp + "?text=" + url.QueryEscape(hellos[lang]+" "+bot.CardPayload(id))})
	}
	return ways
}

// card is the page of one card. One that was withdrawn is not there, as one that
// never was.
func (s *Site) card(w http.ResponseWriter, r *http.Request, lang locales.Lang) {
	p := directoryPage
	id, ok := bot.ReadCardID(r.PathValue("card"))
	if !ok || s.Directory == nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	p.slug, p.menu = directorySlug+"/"+bot.CardID(id), ""
	p.fill = func(s *Site, v *visit) (any, error) {
		c, found, err := s.Directory.Card(v.Context(), id)
		if err != nil || !found {
			return nil, cmp.Or(err, errNoPage)
		}
		return &directoryData{One: true, Cards: []cardView{s.cardView(v.Context(), lang, c)}, First: pathOf(lang, directorySlug)}, nil
	}
	s.serve(w, r, p, lang)
}
