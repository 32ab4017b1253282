package reference

import (
	"strings"
	"testing"
	"unicode/utf8"

	"mboka/locales"
)

// sure are the codes with score 1, guessed the others; both in their order.
func split(found []Match) (sure, guessed string) {
	var s, g []string
	for _, m := range found {
		if m.Score == 1 {
			s = append(s, m.Code)
		} else {
			g = append(g, m.Code)
		}
	}
	return strings.Join(s, " "), strings.Join(g, " ")
}

func TestFindCountryForSure(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Belgique": "BE", "belgium": "BE", "BELGIQUE.": "BE", "en Belgique": "BE", "la belgique": "BE", "na Belgique": "BE",
		"Beleziki": "BE", "Kanada": "CA", "au Canada": "CA", "Falánsɛ": "FR", "france": "FR", "l'angleterre": "GB",
		"Royaume-Uni": "GB", "royaume uni": "GB", "UK": "GB", "Angɛlɛtɛ́lɛ": "GB",
		"usa": "US", "U.S.A.": "US", "etats unis": "US", "les États-Unis": "US", "etat unis": "US", "USA !": "US",
		"Afrique du sud": "ZA", "South Africa": "ZA", "Hollande": "NL", "pays bas": "NL", "Allemagne": "DE",
		"rdc": "CD", "DRC": "CD", "Kinshasa": "CD", "Kin": "CD", "zaïre": "CD", "congo kinshasa": "CD",
		"République démocratique du Congo": "CD", "congo brazza": "CG", "Congo-Brazzaville": "CG", "Brazza": "CG",
		"cote divoire": "CI", "Côte d’Ivoire": "CI", "coted'ivoire": "CI", "Centrafrique": "CF", "rca": "CF",
		"Ouganda": "UG", "in uganda": "UG", "guinée": "GN", "Guinée équatoriale": "GQ", "niger": "NE", "Nigeria": "NG",
		"🇨🇦": "CA", " 🇧🇪 ": "BE", "Belgique 🇧🇪": "BE", "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F": "GB",
		"BEL": "BE", "FRA": "FR", "mboka Angola": "AO",
	} {
		if sure, guessed := split(FindCountry(text)); sure != want || guessed != "" {
			t.Errorf("%q: %q, guesses %q, want %s", text, sure, guessed, want)
		}
	}
}

func TestFindCountryAsAGuess(t *testing.T) {
	t.Parallel()
	for text, first := range map[string]string{
		"Belgik": "BE", "Beljique": "BE", "belgic": "BE", "canda": "CA", "angletere": "GB", "anglettere": "GB",
		"frnace": "FR", "alemagne": "DE", "swisse": "CH", "swis": "CH", "afrik du sud": "ZA", "luxembour": "LU",
		"espagn": "ES", "portugual": "PT", "kenia": "KE", "brazavile": "CG", "congo brazaville": "CG",
		"je vis au canada": "CA", "nazali na Canada": "CA", "I live in the UK": "GB", "moi c'est la France": "FR",
		"bxl": "BE", "Paris": "FR", "londres": "GB", "j'habite à Bruxelles": "BE", "lusaka": "ZM",
		"bel": "BE", "est": "EE", "can": "CA", "je suis ici 🇧🇪": "BE",
	} {
		found := FindCountry(text)
		if sure, _ := split(found); sure != "" || len(found) == 0 || found[0].Code != first {
			t.Errorf("%q: %v, want a guess at %s", text, found, first)
		}
		if len(found) > 3 {
			t.Errorf("%q: %d guesses", text, len(found))
		}
	}
}

func TestTheTwoCongos(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"congo": "CD CG", "Kongo": "CD CG", "au congo": "CD CG", "République du Congo": "CG CD", "je suis au congo": "CD CG",
	} {
		if sure, guessed := split(FindCountry(text)); sure != "" || guessed != want {
			t.Errorf("%q: %q, guesses %q", text, sure, guessed)
		}
	}
}

// What is no country must not become one: words for the bot, a call for help,
// yes and no.
func TestFindCountryFindsNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "?", "2", "45", "93", "oui", "non", "te", "iyo", "eh", "ok", "passer", "koleka", "retour", "stop", "menu", "aide",
		"lisalisi", "danger", "visa", "asile", "passeport", "argent", "mbongo", "je ne sais pas", "nasosoli te", "autre",
		"afrique", "europe", "poto", "bonjour", "mbote", "zzzz", "👍", "🇧🇪🇫🇷", strings.Repeat("belgique ", 40),
	} {
		if found := FindCountry(text); len(found) != 0 {
			t.Errorf("%q: %v", text, found)
		}
	}
}

func TestEveryCountryIsFoundByWhatIsShown(t *testing.T) {
	t.Parallel()
	for _, c := range Countries() {
		for _, lang := range locales.Langs {
			for _, shown := range []string{c.Name[lang], c.Row[lang]} {
				found := FindCountry(shown)
				if len(found) == 0 || found[0].Code != c.Alpha2 && found[len(found)-1].Code != c.Alpha2 {
					t.Errorf("%q: %v, want %s", shown, found, c.Alpha2)
				}
			}
		}
	}
}

func TestFindCity(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ country, text, sure, guess string }{
		{"BE", "bxl", "be-brussels", ""}, {"BE", "Bruxelles", "be-brussels", ""}, {"BE", "brussels", "be-brussels", ""},
		{"BE", "à Matonge", "be-brussels", ""}, {"BE", "Liege", "be-liege", ""}, {"BE", "LIÈGE", "be-liege", ""},
		{"BE", "Leuven", "be-leuven", ""}, {"BE", "la louviere", "be-la-louviere", ""},
		{"BE", "Bruxels", "", "be-brussels"}, {"BE", "charleroy", "", "be-charleroi"}, {"BE", "anver", "", "be-antwerp"},
		{"BE", "je vis à Namur", "", "be-namur"},
		{"FR", "93", "fr-saint-denis", ""}, {"FR", "paris", "fr-paris", ""}, {"FR", "marsseille", "", "fr-marseille"},
		{"FR", "saint denis", "fr-saint-denis", ""}, {"FR", "Evry", "fr-evry", ""},
		{"CA", "London", "ca-london-ontario", ""}, {"GB", "London", "gb-london", ""}, {"GB", "Londres", "gb-london", ""},
		{"CA", "montreal", "ca-montreal", ""}, {"CA", "monreal", "", "ca-montreal"}, {"CA", "Québec", "ca-quebec-city", ""},
		{"US", "nyc", "us-new-york", ""}, {"US", "LA", "us-los-angeles", ""}, {"ZA", "joburg", "za-johannesburg", ""},
		{"ZA", "le cap", "za-cape-town", ""},
		{"BE", "zzz", "", ""}, {"BE", "Paris", "", ""}, {"BE", "", "", ""}, {"BE", "12", "", ""}, {"BE", "te", "", ""},
		{"AQ", "Bruxelles", "", ""}, {"", "Bruxelles", "", ""}, {"XX", "Bruxelles", "", ""},
	} {
		found := FindCity(c.country, c.text)
		sure, guessed := split(found)
		first, _, _ := strings.Cut(guessed, " ")
		if sure != c.sure || first != c.guess {
			t.Errorf("%s %q: %v", c.country, c.text, found)
		}
	}
}

func TestEveryCityIsFoundByItsNames(t *testing.T) {
	t.Parallel()
	for _, country := range Countries() {
		for _, c := range Cities(country.Alpha2) {
			for _, name := range append([]string{c.Name[locales.FR], c.Name[locales.EN]}, c.Aliases...) {
				if sure, _ := split(FindCity(c.Country, name)); sure != c.ID {
					t.Errorf("%s %q: %q", c.Country, name, sure)
				}
			}
		}
	}
}

func TestFindProvince(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Kinshasa": "CD-KN", "Kin": "CD-KN", "Kinsásá": "CD-KN", "Lipopo": "CD-KN", "Bas-Congo": "CD-BC", "kongo central": "CD-BC",
		"Matadi": "CD-BC", "Haut-Uélé": "CD-HU", "haut uele": "CD-HU", "Nord Kivu": "CD-NK", "north kivu": "CD-NK", "Goma": "CD-NK",
		"Lubumbashi": "CD-HK", "lushi": "CD-HK", "Kikwit": "CD-KL", "Mbuji-Mayi": "CD-KE", "Mbujimayi": "CD-KE", "Tshikapa": "CD-KS",
		"Lomami": "CD-LO", "Haut Lomami": "CD-HL", "province du Kwilu": "CD-KL", "ya Kwango": "CD-KG", "Maniema": "CD-MA",
		// The provinces of before 2015 that were split.
		"Kasaï-Occidental": "CD-KC CD-KS", "Bandundu": "CD-KG CD-KL CD-MN", "katanga": "CD-HK CD-LU CD-HL CD-TA",
		"Équateur": "CD-EQ CD-MO CD-NU CD-SU CD-TU", "Province Orientale": "CD-TO CD-IT CD-HU CD-BU",
		"orientale": "CD-TO CD-IT CD-HU CD-BU", "Kasaï-Oriental": "CD-KE CD-LO CD-SA", "shaba": "CD-HK CD-LU CD-HL CD-TA",
		// Regions that people name.
		"kivu": "CD-NK CD-SK", "Kasaï": "CD-KC CD-KS CD-KE", "grand kasai": "CD-KC CD-KS CD-KE CD-LO CD-SA",
	} {
		sure, guessed := split(FindProvince(text))
		if guessed != "" || !sameSet(sure, want) {
			t.Errorf("%q: %q, guesses %q, want %s", text, sure, guessed, want)
		}
	}
	for text, want := range map[string]string{
		"kassai": "CD-KS", "kinsasha": "CD-KN", "bandudu": "CD-KL", "nor kivu": "CD-NK", "katenga": "CD-HK",
		"mbujimai": "CD-KE", "lubumbasi": "CD-HK", "tsopo": "CD-TO", "ma famille vient de Bukavu": "CD-SK",
	} {
		sure, guessed := split(FindProvince(text))
		if sure != "" || !strings.Contains(guessed, want) {
			t.Errorf("%q: %q, guesses %q, want a guess at %s", text, sure, guessed, want)
		}
	}
	for _, text := range []string{"", "zzz", "passer", "koleka", "te", "je ne sais pas", "3", "danger"} {
		if found := FindProvince(text); len(found) != 0 {
			t.Errorf("%q: %v", text, found)
		}
	}
}

func sameSet(a, b string) bool {
	as, bs := strings.Fields(a), strings.Fields(b)
	if len(as) != len(bs) {
		return false
	}
	for _, x := range bs {
		if !strings.Contains(" "+a+" ", " "+x+" ") {
			return false
		}
	}
	return true
}

func TestEveryProvinceIsFoundByItsNames(t *testing.T) {
	t.Parallel()
	for _, p := range Provinces() {
		for _, name := range append([]string{p.Name[locales.FR], p.Name[locales.EN], p.Former, p.Capital}, p.Aliases...) {
			if sure, _ := split(FindProvince(name)); !strings.Contains(sure, p.Code) {
				t.Errorf("%q: %q lacks %s", name, sure, p.Code)
			}
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"Belgik", "je vis au canada", "🇨🇦🇨", "Kasaï", "\xff", "l'l'l'd'", "la la la", "é", strings.Repeat("a ", 50)} {
		f.Add("BE", s)
	}
	f.Fuzz(func(t *testing.T, country, s string) {
		for name, found := range map[string][]Match{
			"country": FindCountry(s), "city": FindCity(country, s), "province": FindProvince(s),
		} {
			for _, m := range found {
				if m.Score <= 0 || m.Score > 1 || !utf8.ValidString(m.Code) {
					t.Fatalf("%s of %q: %v", name, s, m)
				}
			}
		}
		for _, m := range FindCountry(s) {
			if _, ok := CountryByCode(m.Code); !ok {
				t.Fatalf("%q gives country %q", s, m.Code)
			}
		}
		for _, m := range FindCity(country, s) {
			if c, ok := CityByID(m.Code); !ok || c.Country != country {
				t.Fatalf("%q gives city %q of %q", s, m.Code, country)
			}
		}
		for _, m := range FindProvince(s) {
			if _, ok := ProvinceByCode(m.Code); !ok {
				t.Fatalf("%q gives province %q", s, m.Code)
			}
		}
	})
}

func BenchmarkFindCountry(b *testing.B) {
	for name, text := range map[string]string{"exact": "Belgique", "typo": "Beljique", "sentence": "je ne sais pas quoi dire, cela depend"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				FindCountry(text)
			}
		})
	}
}
