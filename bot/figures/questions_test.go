package figures

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"mboka/bot/protect"
	"mboka/store"
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
	few            bool // nobody is told this on so small a population: too few
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

func ranked(t *testing.T) string {
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
func table(t *testing.T, name string) []map[string]string {
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

func questions(t *testing.T) []question {
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
	}
}

// TestQuestionsOfOfficials asks in three languages and a mixture, and counts
// each figure by SQL; what is told is held against protection worked out here.
func TestQuestionsOfOfficials(t *testing.T) {
	t.Parallel()
	url, db := populated(t, 3000)
	s, found, err := Load(t.Context(), db)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, q := range questions(t) {
		for text := range strings.SplitSeq(q.words, "|") {
			u := Parse(text)
			if diff := cmp.Diff(q.want, u.Query); diff != "" || !u.Clear() {
				t.Errorf("%s %q: %+v %+v\n%s", q.id, text, u.Unknown, u.Which, diff)
			}
		}
		c, err := s.Count(q.want)
		if err != nil {
			t.Fatal(q.id, err)
		}
		p, err := Publish(rules, q.want, c)
		var members, answered, total int
		sql := fmt.Sprintf(`SELECT count(*), count(*) FILTER (WHERE %s), count(*) FILTER (WHERE (%s) AND (%s)) FROM profile`, q.base, q.base, q.that)
		if err := conn.QueryRow(t.Context(), sql).Scan(&members, &answered, &total); err != nil {
			t.Fatal(q.id, err)
		}
		if q.few {
			if total >= q.k || err == nil {
				t.Errorf("%s: %d people are told: %v", q.id, total, err)
			}
			continue
		}
		if err != nil || p.K != q.k {
			t.Errorf("%s: k %d, %v", q.id, p.K, err)
			continue
		}
		for name, n := range map[string][2]any{"members": {p.Members, members}, "answered": {p.Answered, answered}, "total": {p.Total, total}} {
			if n[0] != shownRounded(n[1].(int)) {
				t.Errorf("%s: %s %+v, want %d", q.id, name, n[0], n[1])
			}
		}
		if q.by != "" {
			q.checkTable(t, conn, p)
		}
	}
}

// shownRounded is a count as it is told: to the nearest five.
func shownRounded(n int) protect.Cell {
	return protect.Cell{N: int((float64(n)+2.5)/5) * 5}
}

// checkTable counts the table by SQL.
func (q question) checkTable(t *testing.T, conn *pgx.Conn, p Published) {
	t.Helper()
	counts := map[string]int{}
	by := q.by
	if len(q.want.By) == 2 {
		by = "concat_ws('/', " + q.by + ")"
	}
	rows, err := conn.Query(t.Context(), fmt.Sprintf(`SELECT cell, count(*) FROM (SELECT %s AS cell FROM profile WHERE (%s) AND (%s)) AS cells GROUP BY 1`, by, q.base, q.that))
	if err != nil {
		t.Fatal(q.id, err)
	}
	var cell string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&cell, &n}, func() error { counts[cell] = n; return nil }); err != nil {
		t.Fatal(q.id, err)
	}
	if len(q.want.By) == 2 {
		q.checkCross(t, counts, p)
		return
	}
	got := map[string]protect.Cell{}
	for i, code := range p.Rows {
		got[code] = p.Cells[i][0]
	}
	v, _ := VariableOf(q.want.By[0])
	if diff := cmp.Diff(ownList(counts, q.k, v.Ordered, v.Several), got); diff != "" {
		t.Errorf("%s:\n%s", q.id, diff)
	}
	if q.want.Measure == Stock {
		q.checkStock(t, p)
	}
}

// ownList protects a list of counts once more: written apart from bot/protect.
func ownList(counts map[string]int, k int, ordered, several bool) map[string]protect.Cell {
	codes := make([]string, 0, len(counts))
	for code := range counts {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	out := map[string]protect.Cell{}
	if several { // nothing adds up: each for itself, the ten most frequent
		for _, code := range codes[:min(len(codes), 10)] {
			if out[code] = shownRounded(counts[code]); counts[code] < k {
				out[code] = protect.Cell{State: protect.Small}
			}
		}
		return out
	}
	if !ordered { // what is small or does not fit goes under one name
		few := 0
		for few < len(codes) && counts[codes[len(codes)-1-few]] < k {
			few++
		}
		if len(codes) > 10 {
			few = max(few, len(codes)-9)
		}
		rest := 0
		for i := range few {
			rest += counts[codes[len(codes)-1-i]]
		}
		for ; few > 0 && rest < k; few++ {
			rest += counts[codes[len(codes)-1-few]]
		}
		if codes = codes[:len(codes)-few]; few > 0 {
			counts[Other] = rest
			codes = append(codes, Other)
		}
	}
	kept, people := 0, 0
	for _, code := range codes {
		if out[code] = shownRounded(counts[code]); counts[code] < k {
			out[code] = protect.Cell{State: protect.Small}
			kept, people = kept+1, people+counts[code]
		}
	}
	for kept == 1 || kept > 0 && people < k {
		least := ""
		for _, code := range codes {
			if out[code].State == protect.Shown && (least == "" || counts[code] < counts[least]) {
				least = code
			}
		}
		out[least] = protect.Cell{State: protect.Hidden}
		kept, people = kept+1, people+counts[least]
	}
	return out
}

// checkCross: each cell is what SQL counts, rounded, or withheld for a reason; and
// in no row and no column is one cell withheld alone.
func (q question) checkCross(t *testing.T, counts map[string]int, p Published) {
	t.Helper()
	withheld := func(line []protect.Cell) (n int) {
		for _, c := range line {
			if c.State != protect.Shown {
				n++
			}
		}
		return n
	}
	seen := 0
	columns := make([][]protect.Cell, len(p.Columns))
	for i, row := range p.Rows {
		for j, column := range p.Columns {
			c, n := p.Cells[i][j], counts[row+"/"+column]
			seen += n
			columns[j] = append(columns[j], c)
			if c.State == protect.Shown && (c != shownRounded(n) || n < q.k) || c.State == protect.Small && n >= q.k || c.State == protect.Hidden && n < q.k {
				t.Errorf("%s: %s/%s is %+v, counted %d", q.id, row, column, c, n)
			}
		}
		if n := withheld(append(slices.Clone(p.Cells[i]), p.RowTotals[i])); n == 1 {
			t.Errorf("%s: in row %s one count alone is withheld", q.id, row)
		}
	}
	for j, column := range p.Columns {
		if n := withheld(append(columns[j], p.ColumnTotals[j])); n == 1 {
			t.Errorf("%s: in column %s one count alone is withheld", q.id, column)
		}
	}
	all := 0
	for _, n := range counts {
		all += n
	}
	if slices.Contains(p.Rows, Other) || slices.Contains(p.Columns, Other) || seen != all {
		t.Errorf("%s: %d people in the table, want %d", q.id, seen, all)
	}
}

// checkStock reads the UN's estimates from the reference data.
func (q question) checkStock(t *testing.T, p Published) {
	t.Helper()
	stock, all, rest := map[string]int{}, 0, 0
	for _, row := range table(t, "countries.csv") {
		n := row["drc_born_2024_un"]
		if n == "" {
			n = row["drc_born_2019_un"]
		}
		if n == "" || row["iso_alpha2"] == "CD" {
			continue
		}
		people, err := strconv.Atoi(n)
		if err != nil {
			t.Fatal(err)
		}
		stock[row["iso_alpha2"]] = people
		all += people
	}
	rest = all
	for i, code := range p.Rows {
		if code != Other && p.Stock[i] != stock[code] {
			t.Errorf("%s: %s has %d, want %d", q.id, code, p.Stock[i], stock[code])
		}
		rest -= stock[code]
	}
	if at := slices.Index(p.Rows, Other); at < 0 || p.Stock[at] != rest || p.StockAll != all || all < 2_000_000 {
		t.Errorf("%s: %d of %d elsewhere, want %d of %d", q.id, p.Stock[at], p.StockAll, rest, all)
	}
}

// TestQuestionsWithoutATable are those that are told from other records.
func TestQuestionsWithoutATable(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]Query{
		"Combien de membres inscrits au total, et ce mois-ci ?|How many members are registered in all, and this month?|Bakomami boni nyonso, mpe na sanza oyo?|combien de members sanza oyo":                                                                                      {Measure: Months},
		"Combien d'annonces, de lectures, de réponses et de présents par réunion ou visite, et progrès des agents formés ?|Announcements, deliveries, replies and attendance per meeting or visit, and trainee progress?|Makita mpe ba visites ebimisaki nini?|results ya makita": {Measure: Results},
		"résultats des réunions en Belgique|results of meetings in Belgium|mbuma ya makita na Belgique":                                                                                                                                                                           {Measure: Results, Where: where("country_residence=BE")},
		"le Canada comparé à l'ONU|Canada compared with UN figures": {Where: where("country_residence=CA")},
	} {
		for text := range strings.SplitSeq(words, "|") {
			u := Parse(text)
			if diff := cmp.Diff(want, u.Query); diff != "" || !u.Clear() {
				t.Errorf("%q: %+v %+v %s\n%s", text, u.Unknown, u.Which, u.Alone, diff)
			}
		}
	}
	for text, want := range map[string]Measure{"femmes inscrites ce mois-ci": Months, "infirmiers et chiffres de l'ONU par âge": Stock, "résultats des réunions par âge": Results} {
		if u := Parse(text); u.Clear() || u.Alone != want {
			t.Errorf("%q: %+v", text, u)
		}
	}
	n := 100
	p := PublishMonths(Published{K: 5, Members: told(130)}, day, []store.PublishedMonth{{Month: "2026-09"}, {Month: "2026-10", Members: &n}, {Month: "2026-11", Members: &n}})
	if diff := cmp.Diff([]string{"2026-09", "2026-10", "2026-11"}, p.Rows); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]protect.Cell{{few}, {told(100)}, {told(130)}}, p.Cells); diff != "" {
		t.Error(diff)
	}
	said := Figure{ID: "F-7Q2MA", Taken: day, Query: Query{Measure: Months}, Published: p}.Say(0, rules).Text()
	if !strings.Contains(said, "130 membres inscrits. En novembre 2026 : +30 depuis") || !strings.Contains(said, "septembre 2026 : moins de 5\n") {
		t.Error(said)
	}
}
