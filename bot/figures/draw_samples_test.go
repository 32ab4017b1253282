package figures

import (
	"fmt"
	"slices"
	"strings"

	"mboka/bot/protect"
	"mboka/locales"
)

// told, few and kept are cells of the three states.
func told(n int) protect.Cell { return protect.Cell{N: n} }

var few, kept = protect.Cell{State: protect.Small}, protect.Cell{State: protect.Hidden}

func tell(ns ...int) (cells []protect.Cell) {
	for _, n := range ns {
		cells = append(cells, told(n))
	}
	return cells
}

func repeat(c protect.Cell, n int) []protect.Cell { return slices.Repeat([]protect.Cell{c}, n) }

func lines(text string) []string { return strings.Split(text, "|") }

// french has all that a French drawing needs but kind, labels and series.
func french(title string) Drawing {
	return Drawing{
		Title: title, SmallText: "< 5", HiddenText: "non publié", Highlight: -1,
		Footer: lines("3\u00a0480 réponses sur 4\u00a0120 inscrits (arrondi à 5)|Déclaré par les personnes, non représentatif|Situation au 1er novembre 2026 · figure F-7KQ2M9"),
	}
}

const madeUp = "DONNÉES SYNTHÉTIQUES : aucune personne réelle"

var provinces = lines("Bas-Uele|Équateur|Haut-Katanga|Haut-Lomami|Haut-Uele|Ituri|Kasaï|Kasaï-Central|Kasaï-Oriental|Kinshasa|Kongo-Central|Kwango|Kwilu|Lomami|Lualaba|Mai-Ndombe|Maniema|Mongala|Nord-Kivu|Nord-Ubangi|Sankuru|Sud-Kivu|Sud-Ubangi|Tanganyika|Tshopo|Tshuapa")

func countries() Drawing {
	d := french("Dans quels pays vivent les inscrits ?")
	d.Labels = lines("France|Belgique|Afrique du Sud|Canada|États-Unis d’Amérique|Royaume-Uni de Grande-Bretagne et d’Irlande du Nord|Angola|Congo (Brazzaville)|Côte d'Ivoire|Autres pays")
	d.Series = []Series{{Values: tell(1930, 1645, 920, 915, 900, 410, 120, 55, 5, 340)}}
	d.Series[0].Values[6], d.Series[0].Values[8] = kept, few
	d.Highlight, d.Synthetic = 1, madeUp
	return d
}

func allProvinces() Drawing {
	d := french("De quelles provinces viennent les inscrits ?")
	d.Labels, d.SmallText = provinces, "< 10"
	var values []protect.Cell
	for i := range provinces {
		values = append(values, told(20+i*i*i%97*15))
	}
	values[0], values[3], values[19], values[25] = few, few, kept, few
	d.Series, d.Highlight = []Series{{Values: values}}, 6
	return d
}

func ages() Drawing {
	d := french("Pyramide des âges des inscrits en Belgique")
	d.Kind, d.SmallText, d.Synthetic = Pyramid, "< 10", madeUp
	d.Labels = lines("18-24 ans|25-34 ans|35-44 ans|45-54 ans|55-64 ans|65 ans et plus")
	d.Series = []Series{{"Femmes", tell(85, 310, 290, 120, 0, 0)}, {"Hommes", tell(120, 405, 380, 190, 60, 0)}}
	d.Series[0].Values[4], d.Series[0].Values[5], d.Series[1].Values[5] = kept, few, few
	return d
}

func sexes() Drawing {
	d := french("Quelle est la part de femmes ?")
	d.Kind, d.Unit, d.Whole = Stacked, "\u00a0%", 100
	d.Labels = []string{"Base : 3\u00a0480 réponses"}
	d.Series = []Series{{"Femmes", tell(46)}, {"Hommes", []protect.Cell{kept}}, {"Autre, ou ne le dit pas", []protect.Cell{few}}}
	return d
}

func employment() Drawing {
	d := french("Situation d’emploi par pays de résidence")
	d.Kind = Stacked
	d.Labels = lines("France|Belgique|Canada|Afrique du Sud")
	d.Series = []Series{
		{"En emploi", tell(820, 700, 410, 330)}, {"Sans emploi", tell(210, 165, 40, 90)},
		{"Aux études", []protect.Cell{told(205), told(140), few, told(10)}}, {"Autre", []protect.Cell{told(50), few, kept, few}},
	}
	return d
}

func months() Drawing {
	d := french("Inscriptions par mois, janvier 2025 à juin 2026")
	d.Kind = Line
	d.Labels = lines("janv. 2025|févr. 2025|mars 2025|avr. 2025|mai 2025|juin 2025|juil. 2025|août 2025|sept. 2025|oct. 2025|nov. 2025|déc. 2025|janv. 2026|févr. 2026|mars 2026|avr. 2026|mai 2026|juin 2026")
	d.Series = []Series{{Values: tell(0, 25, 40, 85, 140, 130, 0, 0, 60, 220, 410, 380, 0, 295, 300, 340, 505, 470)}}
	for _, i := range []int{0, 6, 12} {
		d.Series[0].Values[i] = few
	}
	d.Series[0].Values[7] = kept
	return d
}

func bands() Drawing {
	d := french("Depuis combien d’années sont-ils partis ?")
	d.Kind, d.Highlight = Columns, 2
	d.Labels = lines("moins de 2 ans|2 à 5 ans|6 à 10 ans|11 à 20 ans|plus de 20 ans")
	d.Series = []Series{{Values: []protect.Cell{few, told(640), told(1210), told(905), kept}}}
	return d
}

func lingala() Drawing {
	return Drawing{
		Lang: locales.LN, Title: "Bato bafandi na mboka nini ? Mɔkɔ́, ɛ́lɛ́ngɛ́, ǎ, ɔ̂, ɔ̌", Labels: lines("Falánsɛ|BÉLGÎKƐ́|Kanadá|Afríka ya Súdi|Ba mbóka mosúsu ɔyɔ́ ɛzalí mosíká mpenzá"),
		Series:    []Series{{Values: []protect.Cell{told(12930), told(1640), told(915), few, told(340)}}},
		SmallText: "na nsé ya 5", HiddenText: "ebombámí", Highlight: 0,
		Footer: lines("Bato 3.480 bayanolaki, na 4.120 bakomisami|Yangó elobámí na bangó mɔ́kɔ́; ɛzalí elilingi ya bato nyɔ́nsɔ tɛ́"),
	}
}

func paired() Drawing {
	d := french("Share of members and UN estimate, by country")
	d.Lang, d.Unit, d.Labels = locales.EN, "%", lines("Belgium|France|South Africa|Canada")
	d.Series = []Series{{"Members", []protect.Cell{told(28), told(31), few, told(14)}}, {"UN migrant stock 2024", tell(12, 17, 22, 4)}}
	return d
}

// samples are one drawing of each kind and of each thing that may go wrong.
func samples() map[string]Drawing {
	one := french("Combien d’infirmières au Canada ?")
	one.Labels, one.Series = []string{"Soins infirmiers, Canada"}, []Series{{Values: tell(45)}}
	none := french("Professionnels de santé par pays")
	none.Labels, none.Series = lines("Angola|Zambie|Tchad"), []Series{{Values: repeat(few, 3)}}
	long := french("Quels domaines d’études ? Réponses des personnes qui ont dit avoir un diplôme supérieur, et qui vivent en Europe ou en Amérique du Nord, toutes professions confondues")
	long.Labels = lines("Sciences sociales, journalisme et information|Ingénierie, industries de transformation et construction|Technologies de l’information et de la communication|Agriculture, sylviculture, halieutique et sciences vétérinaires, et tout ce qui y ressemble de près ou de loin|Anticonstitutionnellementanticonstitutionnellement|Santé et protection sociale")
	long.Series = []Series{{Values: []protect.Cell{told(1000000), told(999995), kept, few, told(5), told(0)}}}
	long.HiddenText = "non publié, pour que de petits nombres ne puissent être calculés"
	fields := long
	fields.Kind = Columns
	gaps := months()
	gaps.Series = []Series{{"Tous", months().Series[0].Values}, {"Femmes", repeat(few, 18)}, {"Net", tell(5, -10, 0, 30, 45, 60, -25, 10, 15, 90, 100, 105, 95, 80, 120, 100, 160, 150)}}
	silent := months()
	silent.Series = []Series{{Values: repeat(kept, 18)}}
	wide := sexes()
	wide.Whole, wide.Unit, wide.Series = 0, "", nil
	for i := range palette {
		wide.Series = append(wide.Series, Series{fmt.Sprint("Niveau ", i), tell(40 + i*35)})
	}
	mute := sexes()
	mute.Whole, mute.Series = 0, []Series{{"Femmes", []protect.Cell{kept}}, {"Hommes", []protect.Cell{few}}}
	three := sexes()
	three.Labels, three.Series = []string{""}, []Series{{"Femmes", tell(46)}, {"Hommes", tell(51)}, {"Autre", tell(3)}}
	hushed := ages()
	for i := range hushed.Series {
		hushed.Series[i].Values = repeat(few, len(hushed.Labels))
	}
	return map[string]Drawing{
		"dots": dots(), "near": nearDots(),
		"countries": countries(), "provinces": allProvinces(), "ages": ages(), "sexes": sexes(), "employment": employment(),
		"months": months(), "bands": bands(), "lingala": lingala(), "paired": paired(),
		"one": one, "none": none, "long": long, "fields": fields, "gaps": gaps, "silent": silent, "wide": wide, "hushed": hushed, "mute": mute, "three": three,
	}
}

func dots() Drawing {
	d := french("Progrès des agents formés")
	d.Kind, d.Low, d.High, d.Synthetic = Dots, 10, 50, madeUp
	d.Labels = lines("40 agents formés")
	d.Series = []Series{{"avant", tell(24)}, {"après", tell(41)}}
	d.Says = [][]string{{"2,4"}, {"4,1"}}
	return d
}

// nearDots are at the ends of the scale, over each other, or not told.
func nearDots() Drawing {
	d := dots()
	d.Labels = lines("Affaires étrangères|Direction diaspora|Plan, Institut national de la statistique|Autres")
	d.Series = []Series{{"avant", []protect.Cell{told(15), told(30), told(44), few}}, {"après", []protect.Cell{told(45), told(30), told(45), told(38)}}}
	d.Says = [][]string{{"1,5 ou moins", "3,0", "4,4", "moins de 10"}, {"4,5 ou plus", "3,0", "4,5 ou plus", "3,8"}}
	return d
}
