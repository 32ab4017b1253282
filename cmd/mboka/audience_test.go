package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mboka/bot/announce"
	"mboka/locales"
)

// country, around and city write places shortly.
func country(codes ...string) []announce.Place {
	var out []announce.Place
	for _, code := range codes {
		out = append(out, announce.Place{Country: code})
	}
	return out
}

func around(city string, km int) announce.Place { return announce.Place{City: city, Radius: km} }

func TestAudienceInWords(t *testing.T) {
	t.Parallel()
	type audience = announce.Audience
	for _, c := range []struct {
		texts string // the same audience, apart by |
		want  announce.Audience
	}{
		{"tout le monde|everybody|bato nyonso|tous les membres|everyone|Tous les pays|bikolo nyonso", audience{}},
		{"belgique|Belgium|la Belgique|en Belgique|na Belgique|BE|tout le monde en Belgique|bato nyonso na Belgique", audience{Places: country("BE")}},
		{"belgique et france|Belgium and France|Belgique, France|Belgique mpe France|Belgique ou France|Belgique + France", audience{Places: country("BE", "FR")}},
		{"belgique et 60 km autour de liège|Belgium and 60 km around Liège|Belgique mpe km 60 zingazinga ya Liège|Belgique + 60km autour de Liege|Belgique et dans un rayon de 60 km autour de Liège|Belgium and within 60 km of Liege|Belgique et Liège + 60 km",
			audience{Places: []announce.Place{{Country: "BE"}, around("be-liege", 60)}}},
		{"60 km autour de Bruxelles|60 kilomètres autour de Bruxelles|within 60 km of Brussels|km 60 pene na Bruxelles|Bruxelles 60 km|à moins de 60 km de Bruxelles|Bruxelles et 60 km autour", audience{Places: []announce.Place{around("be-brussels", 60)}}},
		{"Bruxelles|Brussels|bxl|à Bruxelles|na Bruxelles|Bruxelles en Belgique", audience{Places: []announce.Place{around("be-brussels", 0)}}},
		{"belgique et 60 km autour de liège, infirmières, en lingala, qualifiés|Belgium and 60 km around Liège, nurses, in Lingala, qualified|Belgique mpe 60 km zingazinga ya Liège, ba infirmiers, na lingala, qualifiés",
			audience{Places: []announce.Place{{Country: "BE"}, around("be-liege", 60)}, Professions: []string{"nursing"}, Languages: []string{"ln"}, Qualified: true}},
		{"officials|les officiels|agents de l'État|fonctionnaires|civil servants|basali ya Leta", audience{Officials: true}},
		{"officials in English|agents de l'État en anglais", audience{Officials: true, Languages: []string{"en"}}},
		{"infirmiers au Canada|nurses in Canada|infirmières au canada|ba infirmiers na Canada", audience{Places: country("CA"), Professions: []string{"nursing"}}},
		{"médecins et infirmiers|doctors or nurses|banganga mpe ba infirmiers", audience{Professions: []string{"physician", "nursing"}}},
		{"professionnels de santé en France|health professionals in France", audience{Places: country("FR"), Groups: []string{"health"}}},
		{"secteur santé|sector: health", audience{Sectors: []string{"health_social"}}},
		{"enseignants qualifiés|qualified teachers|balakisi qualifiés", audience{Groups: []string{"teaching"}, Qualified: true}},
		{"parlent lingala en Belgique|people who speak Lingala in Belgium|balobaka lingala na Belgique", audience{Places: country("BE"), Spoken: []string{"ln"}}},
		{"veulent investir|investors|bato ya kotia mosolo", audience{Contributions: []string{"invest"}}},
		{"en français|in French|na français|conversation en français", audience{Languages: []string{"fr"}}},
		{"en lingala et en anglais|in Lingala and in English", audience{Languages: []string{"ln", "en"}}},
		{"toutes professions en Suisse|all professions in Switzerland|misala nyonso na Suisse", audience{Places: country("CH")}},
		{"ingénieurs à 100 km de Paris et en Allemagne", audience{Places: append([]announce.Place{around("fr-paris", 100)}, country("DE")...), Groups: []string{"science_engineering"}}},
	} {
		for text := range strings.SplitSeq(c.texts, "|") {
			got := announce.ParseAudience(text, understand)
			if !got.Clear() {
				t.Errorf("%s: not understood: %+v %v", text, got.Unknown, got.Audience.Valid())
			}
			if diff := cmp.Diff(c.want, got.Audience); diff != "" {
				t.Errorf("%s:\n%s", text, diff)
			}
		}
	}
}

func TestAudienceNamesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ word, nearby string }{
		"infirmyères en Belgique":        {"infirmyeres", "infirmieres"},
		"Beljique":                       {"beljique", "belgique"},
		"nurrsess in Canada":             {"nurrsess", "nurse"},
		"oficials":                       {"oficials", "officials"},
		"evrybody":                       {"evrybody", "everybody"},
		"60 km autour de lieje":          {"60 km lieje", "liege"},
		"60 km":                          {"60 km", ""},
		"zzzz en France":                 {"zzzz", ""},
		"femmes en Belgique":             {"Femme ou homme", ""},
		"Belgique par âge":               {"Âge", ""},
		"médecins au Congo":              {"congo", "démocratique"},
		"enseignants de 47 ans en Suède": {"47", ""},
		"":                               {"", ""},
	} {
		got := announce.ParseAudience(text, understand)
		i := slices.IndexFunc(got.Unknown, func(u announce.Unknown) bool { return strings.EqualFold(u.Word, want.word) })
		if got.Clear() || i < 0 {
			t.Errorf("%s: %+v", text, got)
			continue
		}
		if want.nearby != "" && !slices.ContainsFunc(got.Unknown[i].Nearby, func(s string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(want.nearby)) }) {
			t.Errorf("%s: nearby %v", text, got.Unknown[i].Nearby)
		}
		for _, lang := range locales.Langs {
			if said := got.Unclear(lang); said == "" || !strings.Contains(said, got.Unknown[i].Word) {
				t.Errorf("%s: said %q", text, said)
			}
		}
	}
	for _, text := range []string{"officials en Belgique", "2000 km autour de Liège"} {
		if got := announce.ParseAudience(text, understand); got.Clear() || got.Unclear(locales.EN) == "" {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

// What was understood can be kept and named.
func FuzzAudience(f *testing.F) {
	for _, seed := range []string{"belgique et 60 km autour de liège, infirmières, en lingala", "60 km", "km 60 60 km km", "\x00\xff", "km", "9999999999999999999 km autour de Paris", strings.Repeat("belgique ", 80)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := announce.ParseAudience(text, understand)
		if !got.Clear() {
			return
		}
		raw, err := got.Audience.Encode()
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		back, err := announce.DecodeAudience(raw)
		if diff := cmp.Diff(got.Audience, back); diff != "" || err != nil {
			t.Fatalf("%q: %s %v", text, diff, err)
		}
		for _, lang := range locales.Langs {
			if got.Audience.Label(lang) == "" {
				t.Fatalf("%q has no label", text)
			}
		}
	})
}
