package figures

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"
)

// question is one of those that officials ask (domain reference, section 4): the
// words for it, what is understood, and how the figure is counted by SQL.
type question struct {
	id    string
	words string // French, English, Lingala, mixed; apart by |
	want  Query
	// base keeps who answered, and among them that what is asked for; by gives the
	// rows of the table, a column for each variable. All are written out here: no
	// list is shared with the code.
	base, that, by string
	k              int
	each           []Query // told beside it
	few            bool    // nobody is told this on so small a population: too few
}

// tertiaryLevels, degrees and works are codes of the options file.
const (
	tertiaryLevels = `education_level IN ('edu_short_tertiary', 'edu_bachelor', 'edu_master', 'edu_doctorate')`
	degrees        = `education_level IN ('edu_bachelor', 'edu_master', 'edu_doctorate')`
	works          = `employment_status IN ('employee', 'self', 'employer', 'public', 'informal')`
)

// rank is "yes" of a member who works in ISCO 4 to 9, "no" in 1 to 3, NULL where it
// is not known; %s are the professions of each, from the options file.
const rank = `CASE WHEN profession = ANY('%s') THEN 'yes' WHEN profession = ANY('%s') THEN 'no'
	WHEN profession_group IN ('services_sales', 'trades_transport_agri') THEN 'yes'
	WHEN profession_group IN ('management', 'science_engineering', 'teaching', 'ict', 'legal_social_cultural') THEN 'no' END`

func ranked(t testing.TB) string {
	t.Helper()
	var outside, inside []string
	for _, row := range table(t, "options.csv") {
		if list := row["list_key"]; !strings.HasPrefix(list, "profession_") || list == "profession_group" || row["classification_codes"] == "" {
			continue
		}
		if row["classification_codes"][0] > '3' {
			outside = append(outside, row["code"])
		} else {
			inside = append(inside, row["code"])
		}
	}
	if len(outside) < 10 || len(inside) < 20 {
		t.Fatal(outside, inside)
	}
	return fmt.Sprintf(rank, "{"+strings.Join(outside, ",")+"}", "{"+strings.Join(inside, ",")+"}")
}

// table reads a file of the reference data.
func table(t testing.TB, name string) []map[string]string {
	t.Helper()
	f, err := os.Open("../../locales/reference/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out
}

func questions(t testing.TB) []question {
	t.Helper()
	below := ranked(t)
	return []question{
		{id: "Q02", words: "Dans quels pays vivent nos inscrits ?|Which countries do our members live in?|Bakomami bafandi na mboka nini?|members par pays",
			want: Query{By: []string{"country_residence"}}, base: `country_residence IS NOT NULL`, that: `true`, by: `country_residence`, k: 5},
		{id: "Q03", words: "Comment la répartition par pays se compare-t-elle aux chiffres de l'ONU ?|How does our spread compare with UN figures?|Motango na biso na mboka moko na moko ekeseni ndenge nini na mitango ya ONU?|compare nos members avec l'ONU",
			want: Query{By: []string{"country_residence"}, Measure: Stock}, base: `country_residence IS NOT NULL`, that: `true`, by: `country_residence`, k: 5},
		{id: "Q04", words: "Quelles sont les principales villes en Belgique ?|What are the main cities in Belgium?|Bingumba minene na Belgique?|main cities na Belgique",
			want: Query{By: []string{"city_residence"}, Where: where("country_residence=BE")}, base: `country_residence IS NOT NULL AND city_residence IS NOT NULL`, that: `country_residence = 'BE'`, by: `city_residence`, k: 10},
		{id: "Q05", words: "Quelle est la part de femmes ?|What share are women?|Ndambo ya basi ezali boni?|share ya basi",
			want: Query{By: []string{"sex"}, Share: true}, base: `sex <> 'na'`, that: `true`, by: `sex`, k: 5},
		{id: "Q06", words: "Quelle est la structure par âge ?|What is the age structure?|Bakomami bazali na mbula boni?|age ya members",
			want: Query{By: []string{"age_band"}}, base: `age_band <> 'adult'`, that: `true`, by: `age_band`, k: 5},
		{id: "Q07", words: "Pyramide des âges des inscrits ?|Age pyramid of members?|Mbula ya basi na mibali?|pyramid ya bakomami",
			want: Query{By: []string{"age_band", "sex"}}, base: `age_band <> 'adult' AND sex <> 'na'`, that: `true`, by: `age_band, sex`, k: 10},
		{id: "Q08", words: "De quelles provinces viennent-ils ?|Which provinces are they from?|Bauti na province nini?|provinces ya bakomami",
			want: Query{By: []string{"province_group"}}, base: `province_group IS NOT NULL`, that: `true`, by: `province_group`, k: 10},
		{id: "Q09", words: "Depuis combien d'années sont-ils partis ?|How long have they been away?|Bafandi libanda banda mbula boni?|years abroad ya bakomami",
			want: Query{By: []string{"years_abroad"}}, base: `years_abroad <> 'na'`, that: `true`, by: `years_abroad`, k: 5},
		{id: "Q10", words: "Combien ont un diplôme supérieur ?|How many hold a tertiary degree?|Bato boni bazali na diplôme supérieur?|bato boni with a tertiary degree",
			want: Query{Where: where("education_level=edu_short_tertiary+edu_bachelor+edu_master+edu_doctorate")}, base: `education_level <> 'edu_unknown'`, that: tertiaryLevels, k: 5},
		{id: "Q11", words: "Combien de diplômés occupent un emploi en dessous de leur niveau ?|How many graduates work below their level?|Ba diplômés boni basalaka na nse ya kelasi na bango?|graduates sous leur niveau",
			want: Query{By: []string{"below_level"}}, base: degrees + ` AND ` + works + ` AND (` + below + `) IS NOT NULL`, that: `true`, by: below, k: 10},
		{id: "Q12", words: "Quels domaines d'études ?|Which fields of study?|Bayekolaki domaine nini?|fields of study ya bakomami",
			want: Query{By: []string{"field_of_study"}}, base: `field_of_study IS NOT NULL`, that: `true`, by: `field_of_study`, k: 5},
		{id: "Q13", words: "Quelle est la situation d'emploi ?|What is their employment situation?|Ezalela ya mosala na bango?|employment ya bakomami",
			want: Query{By: []string{"employment_status"}}, base: `employment_status <> 'na'`, that: `true`, by: `employment_status`, k: 5},
		{id: "Q14", words: "Combien de profils par secteur ?|How many profiles per sector?|Bato boni na secteur moko na moko?|profils per sector",
			want: Query{By: []string{"sector"}}, base: `sector IS NOT NULL`, that: `true`, by: `sector`, k: 5},
		{id: "Q14 by profession", words: "Combien de profils par métier ?|How many profiles per profession?|Bato boni na mosala moko na moko?|profils per profession",
			want: Query{By: []string{"profession"}}, base: `profession IS NOT NULL`, that: `true`, by: `profession`, k: 10},
		{id: "Q15", words: "Combien de professionnels de santé au Canada ?|How many health professionals in Canada?|Basali ya kolongono boni na Canada?|health professionals na Canada",
			want: Query{Where: where("profession_group=health country_residence=CA")}, base: `profession_group IS NOT NULL AND country_residence IS NOT NULL`, that: `profession_group = 'health' AND country_residence = 'CA'`, k: 10},
		{id: "Q15 nursing", words: "Combien d'infirmières au Canada ?|How many nurses in Canada?|Ba infirmiers boni na Canada?|nurses boni au Canada",
			want: Query{Where: where("profession=nursing country_residence=CA")}, base: `profession IS NOT NULL AND country_residence IS NOT NULL`, that: `profession = 'nursing' AND country_residence = 'CA'`, k: 10, few: true},
		{id: "Q16", words: "Combien de cadres avec plus de 10 ans d'expérience ?|How many managers with over 10 years of experience?|Bakambi boni bazali na mbula ya mosala koleka 10?|managers avec plus de 10 ans d'expérience",
			want: Query{Where: where("profession_group=management experience_years=11_20+gt20")}, base: `profession_group IS NOT NULL AND experience_years IS NOT NULL`, that: `profession_group = 'management' AND experience_years IN ('11_20', 'gt20')`, k: 10},
		{id: "Q16 table", words: "métiers x expérience|occupations by experience|misala kolanda mbula ya mosala|misala x experience",
			want: Query{By: []string{"profession_group", "experience_years"}}, base: `profession_group IS NOT NULL AND experience_years IS NOT NULL`, that: `true`, by: `profession_group, experience_years`, k: 10},
		{id: "Q17", words: "Quelles langues parlent nos inscrits ?|Which languages do members speak?|Bakomami balobaka minoko nini?|minoko parlées",
			want: Query{By: []string{"languages"}}, base: `languages <> '{}'`, that: `true`, by: `unnest(languages)`, k: 5},
		{id: "Q18", words: "Comment veulent-ils contribuer ?|How do they want to contribute?|Balingi kopesa lisungi nini?|contributions ya bakomami",
			want: Query{By: []string{"contribution_types"}}, base: `contribution_types <> '{}'`, that: `true`, by: `unnest(contribution_types)`, k: 10},
		{id: "Q19", words: "Combien envisagent un séjour de travail en RDC, et pour combien de temps ?|How many would consider a work visit to the DRC, and for how long?|Mobembo ya mosala na RDC, mpo na ntango boni?|work visit to the DRC, mpo na ntango boni",
			want: Query{By: []string{"availability"}, Where: where("contribution_types=return")}, base: `availability IS NOT NULL AND contribution_types <> '{}'`, that: `'return' = ANY(contribution_types)`, by: `availability`, k: 10},
		{id: "Q20", words: "Quels secteurs et provinces ciblent-ils ?|Which sectors and provinces do they target?|Secteur ya lisungi x province ya lisungi|sectors ciblés x provinces ciblées",
			want: Query{By: []string{"target_sector", "target_group"}}, base: `target_sector IS NOT NULL AND target_group <> 'na'`, that: `true`, by: `target_sector, target_group`, k: 10},
		{id: "Q21", words: "Quels sont les freins principaux ?|What are the main barriers?|Makambo oyo epekisaka bango?|freins ya bakomami",
			want: Query{By: []string{"barriers"}}, base: `barriers <> '{}'`, that: `true`, by: `unnest(barriers)`, k: 5},
		{id: "Q22", words: "À quelle fréquence envoient-ils de l'argent, et pour quoi ?|How often do they send money, and for what?|Mbala boni batindaka mbongo, mpo na nini?|transferts mpo na nini",
			want: Query{By: []string{"remittance_frequency", "remittance_use"}}, base: `remittance_frequency <> 'na' AND remittance_use <> '{}'`, that: `true`, by: `remittance_frequency, unnest(remittance_use)`, k: 10},
		{id: "Q23", words: "Intérêt pour le fonds : montants, formes, horizons ?|Fund interest: amounts, forms, horizons?|Bolingi ya fonds: mbongo boni, formes, horizons?|interest ya fonds: montants, forms, horizons",
			want: Query{By: []string{"fund_interest"}}, each: []Query{{By: []string{"fund_amount_usd"}}, {By: []string{"fund_instrument"}}, {By: []string{"fund_horizon"}}},
			base: `fund_interest IS NOT NULL AND ` + study, that: `true`, by: `fund_interest`, k: 5},
		{id: "Q23 amounts", words: "montants|amounts|mbongo boni|montants ya bakomami",
			want: Query{By: []string{"fund_amount_usd"}}, base: `fund_amount_usd <> 'na' AND ` + study, that: `true`, by: `fund_amount_usd`, k: 10},
		{id: "Q23 forms", words: "formes|forms|instrument|forms ya placement",
			want: Query{By: []string{"fund_instrument"}}, base: `fund_instrument IS NOT NULL AND ` + study, that: `true`, by: `fund_instrument`, k: 5},
		{id: "Q23 horizons", words: "horizons|horizon|durées|horizon ya bakomami",
			want: Query{By: []string{"fund_horizon"}}, base: `fund_horizon IS NOT NULL AND ` + study, that: `true`, by: `fund_horizon`, k: 5},
		{id: "Q24", words: "Quelles craintes et conditions de confiance ?|Which fears and conditions of trust?|Makambo oyo etungisaka bango mpe oyo epesaka confiance?|fears mpe conditions de confiance",
			want: Query{By: []string{"fund_main_concern"}}, each: []Query{{By: []string{"fund_trust_conditions"}}}, base: `fund_main_concern IS NOT NULL AND ` + study, that: `true`, by: `fund_main_concern`, k: 5},
		{id: "Q24 trust", words: "conditions de confiance|trust conditions|epesaka confiance|trust ya bakomami",
			want: Query{By: []string{"fund_trust_conditions"}}, base: `fund_trust_conditions <> '{}' AND ` + study, that: `true`, by: `unnest(fund_trust_conditions)`, k: 5},
	}
}

// study keeps who agrees to the study about a fund: each made-up person has said one
// word about it at most.
const study = `member_id IN (SELECT member_id FROM consent WHERE purpose = 'fund' AND granted)`
