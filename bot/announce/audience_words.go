package announce

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hbollon/go-edlib"

	"mboka/locales"
	"mboka/locales/reference"
)

// Meant is what words about an audience were taken to mean.
type Meant struct {
	Audience Audience
	// Unknown are the words that mean nothing here: they are named to whoever
	// wrote them, never dropped in silence.
	Unknown []Unknown
}

// Unknown is a word that was not understood.
type Unknown struct {
	Word   string
	Nearby []string // what it may have been, the likeliest first
	// Several: it is known, and means each of Nearby.
	Several bool
	// Unused: it is known, and nobody is chosen by it.
	Unused bool
}

// Clear tells whether all of it was understood and names somebody.
func (m Meant) Clear() bool { return len(m.Unknown) == 0 && m.Audience.Valid() == nil }

// Understand reads words about people: their places, sectors, professions, what
// they offer, which languages they speak. Figures know these words already.
type Understand func(words string) Meant

// longestWords bounds what is read of a text, in bytes.
const longestWords = 400

// ParseAudience reads whom an announcement is for, in French, English, Lingala or
// a mix: "belgique et 60 km autour de liège, infirmières, en lingala".
func ParseAudience(words string, understand Understand) Meant {
	words = strings.ToValidUTF8(words[:min(len(words), longestWords)], "")
	p := wordParser{understand: understand, left: tokens(words), codes: map[string]string{}}
	for _, code := range countryCode.FindAllString(words, -1) {
		p.codes[strings.ToLower(code)] = code
	}
	for len(p.left) > 0 {
		if !p.radius() && !p.phrase() {
			p.run, p.left = append(p.run, p.left[0]), p.left[1:]
		}
	}
	p.flush()
	if len(p.out.Unknown) == 0 && p.out.Audience.empty() && !p.everybody {
		p.out.Unknown = []Unknown{{Word: strings.TrimSpace(words)}}
	}
	return p.out
}

var glued = regexp.MustCompile(`(\d)(km|kms)\b`)

// tokens are the words of a text as they are compared.
func tokens(text string) []string {
	return strings.Fields(glued.ReplaceAllString(strings.ReplaceAll(reference.Fold(text), "'", " "), "$1 $2"))
}

// countryCode finds what may be the code of a country: it counts in capitals only.
var countryCode = regexp.MustCompile(`\b[A-Z]{2}\b`)

type wordParser struct {
	understand Understand
	left       []string
	run        []string          // words for understand
	codes      map[string]string // words that were written like a country's code, by how they stand in run
	out        Meant
	everybody  bool
}

// spoken are the phrases that figures do not know, by what they do.
var spoken = func() map[string]func(*Audience) {
	out := map[string]func(*Audience){}
	say := func(do func(*Audience), phrases string) {
		for phrase := range strings.SplitSeq(phrases, "|") {
			out[phrase] = do
		}
	}
	say(func(a *Audience) { a.Officials = true }, "officials|officiels|les officiels|agents de l etat|agent de l etat|fonctionnaires|agents officiels|state officials|civil servants|basali ya leta|bato ya leta|bakonzi")
	say(func(a *Audience) { a.Discreet = true }, "discret|discrets|discrete|discretement|message discret|messages discrets|discreet|discreetly|discreet message|discreet messages|na sekele|liyebisi ya sekele")
	for code, phrases := range map[string]string{
		"fr": "en francais|in french|na francais|na lifalanse|na falanse|conversation en francais|messages en francais",
		"en": "en anglais|in english|na anglais|na lingelesi|na angele|conversation en anglais|messages en anglais",
		"ln": "en lingala|in lingala|na lingala|conversation en lingala|messages en lingala",
	} {
		say(func(a *Audience) { a.Languages = put(a.Languages, code) }, phrases)
	}
	return out
}()

// nobody's phrases say that there is no filter, or nothing.
var (
	everybody = strings.Split("tout le monde|tous les membres|tous les inscrits|everybody|everyone|all members|all|tous|toutes|bato nyonso|moto nyonso|membres nyonso|"+
		"tous les pays|all countries|mikili nyonso|bikolo nyonso|partout|everywhere|bisika nyonso", "|")
	silent = strings.Split("toutes professions|toutes les professions|tous metiers|tous les metiers|all professions|all occupations|misala nyonso|"+
		"tous secteurs|tous les secteurs|all sectors|ba secteurs nyonso|within|dans un rayon de|a moins de|moins de|autour|around|rayon|consentants|avec leur accord|"+
		"seulement|uniquement|only|kaka|ou|or|to|ainsi que|et aussi|and also", "|")
)

const longestSpoken = 4 // words

// phrase takes the longest phrase that is known here from the front.
func (p *wordParser) phrase() bool {
	for n := min(longestSpoken, len(p.left)); n > 0; n-- {
		phrase := strings.Join(p.left[:n], " ")
		do := spoken[phrase]
		all := slices.Contains(everybody, phrase)
		if do == nil && !all && !slices.Contains(silent, phrase) {
			continue
		}
		p.flush()
		if p.left = p.left[n:]; do != nil {
			do(&p.out.Audience)
		}
		p.everybody = p.everybody || all
		return true
	}
	return false
}

// fillers stand between a distance and its city.
var fillers = strings.Fields("autour alentours alentour around about of from de d du des a la le les the pene penepene zingazinga na ya")

// radius takes "60 km autour de liège", "km 60 pene na liège", or the distance
// after its city: "liège + 60 km".
func (p *wordParser) radius() bool {
	if len(p.left) < 2 {
		return false
	}
	number, unit := p.left[0], p.left[1]
	if unit != "" && isKilometres(number) {
		number, unit = unit, number
	}
	km, err := strconv.Atoi(number)
	if err != nil || !isKilometres(unit) {
		return false
	}
	said := p.left[:2]
	p.left = p.left[2:]
	at := 0
	for at < len(p.left) && slices.Contains(fillers, p.left[at]) {
		at++
	}
	for n := min(longestSpoken, len(p.left)-at); n > 0; n-- {
		if city := p.city(p.left[at : at+n]); city != "" {
			p.flush()
			p.left = p.left[at+n:]
			p.place(Place{City: city, Radius: km})
			return true
		}
	}
	if city, words := p.cityBefore(); city != "" {
		p.run, p.left = p.run[:len(p.run)-words], p.left[at:]
		p.flush()
		p.place(Place{City: city, Radius: km})
		return true
	}
	p.unplaced(said, at)
	return true
}

// cityBefore is the city that the words just before name, and how many of them:
// the fewest that do, unless more of them name another one ("york", "new york").
func (p *wordParser) cityBefore() (city string, words int) {
	end := len(p.run)
	for end > 0 && slices.Contains([]string{"et", "and", "mpe", "plus"}, p.run[end-1]) {
		end--
	}
	for n := 1; n <= min(longestSpoken, end); n++ {
		if c := p.city(p.run[end-n : end]); c != "" && c != city {
			city, words = c, len(p.run)-end+n
		}
	}
	return city, words
}

// unplaced names a distance without a city that is known.
func (p *wordParser) unplaced(said []string, at int) {
	u := Unknown{Word: strings.Join(said, " ")}
	if at > 0 && at < len(p.left) { // "60 km autour de lieje"
		found := p.understand(p.left[at]).Unknown
		p.left = p.left[at:]
		if len(found) == 1 {
			u.Word, u.Nearby = u.Word+" "+p.left[0], found[0].Nearby
			p.left = p.left[1:]
		}
	}
	p.out.Unknown = append(p.out.Unknown, u)
}

func isKilometres(word string) bool {
	return slices.Contains([]string{"km", "kms", "kilometre", "kilometres", "kilometer", "kilometers"}, word)
}

// city is the one city that words name, and nothing besides.
func (p *wordParser) city(words []string) string {
	m := p.understand(strings.Join(words, " "))
	if len(m.Unknown) > 0 || len(m.Audience.Places) != 1 {
		return ""
	}
	place := m.Audience.Places[0]
	m.Audience.Places = nil
	if !m.Audience.empty() || slices.Contains(fillers, words[len(words)-1]) {
		return ""
	}
	return place.City
}

// place adds a place; of a city the wider radius counts.
func (p *wordParser) place(place Place) {
	places := &p.out.Audience.Places
	for i, known := range *places {
		if known.Country == place.Country && known.City == place.City {
			(*places)[i].Radius = max(known.Radius, place.Radius)
			return
		}
	}
	*places = append(*places, place)
}

// flush hands the words since the last phrase to Understand.
func (p *wordParser) flush() {
	if len(p.run) == 0 {
		return
	}
	for i, word := range p.run {
		if code := p.codes[word]; code != "" {
			p.run[i] = code
		}
	}
	m := p.understand(strings.Join(p.run, " "))
	p.run = nil
	for _, place := range m.Audience.Places {
		p.place(place)
	}
	a, b := &p.out.Audience, m.Audience
	for _, list := range []struct {
		to   *[]string
		from []string
	}{
		{&a.Sectors, b.Sectors}, {&a.Groups, b.Groups}, {&a.Professions, b.Professions},
		{&a.Contributions, b.Contributions}, {&a.Spoken, b.Spoken}, {&a.Languages, b.Languages},
	} {
		for _, code := range list.from {
			*list.to = put(*list.to, code)
		}
	}
	a.Qualified = a.Qualified || b.Qualified
	for _, u := range m.Unknown {
		if !u.Several && !u.Unused {
			u.Nearby = nearby(u)
		}
		p.out.Unknown = append(p.out.Unknown, u)
	}
}

const (
	alike      = 0.88 // Jaro-Winkler similarity from which a phrase is worth a question
	mostNearby = 3
)

// nearby adds the phrases of this package that a word may have been.
func nearby(u Unknown) []string {
	var own []string
	for phrase := range spoken {
		if edlib.JaroWinklerSimilarity(u.Word, phrase) >= alike {
			own = append(own, phrase)
		}
	}
	for _, phrase := range everybody {
		if edlib.JaroWinklerSimilarity(u.Word, phrase) >= alike {
			own = append(own, phrase)
		}
	}
	slices.Sort(own)
	all := slices.Concat(own, u.Nearby)
	return all[:min(len(all), mostNearby)]
}

// Unclear names what was not understood, and what it may have been.
func (m Meant) Unclear(lang locales.Lang) string {
	var lines []string
	for _, u := range m.Unknown {
		args := locales.Args{"Word": u.Word, "What": strings.Join(u.Nearby, ", ")}
		switch {
		case u.Several:
			lines = append(lines, locales.Text(lang, locales.FigWhich, args))
		case u.Unused:
			lines = append(lines, locales.Text(lang, locales.AudUnused, args))
		case len(u.Nearby) > 0:
			lines = append(lines, locales.Text(lang, locales.FigUnknown, args)+" "+locales.Text(lang, locales.FigNearby, args))
		default:
			lines = append(lines, locales.Text(lang, locales.FigUnknown, args))
		}
	}
	if err := m.Audience.Valid(); len(lines) == 0 && err != nil {
		lines = append(lines, locales.Text(lang, locales.AudWrong, locales.Args{"Max": MostRadius}))
	}
	return strings.Join(lines, "\n")
}
