package figures

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"mboka/bot/protect"
	"mboka/store"
)

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
			if diff := cmp.Diff(q.want, u.Query) + cmp.Diff(q.each, u.Each); diff != "" || !u.Clear() {
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
	for _, o := range v.Options() { // what nobody says is listed too
		if (v.Ordered || v.Several) && o.Flag != "end_flow" && !slices.Contains(v.Unsaid, o.Code) {
			counts[o.Code] += 0
		}
	}
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
	alone := make([]bool, len(p.Columns)) // the whole column is withheld
	for j := range p.Columns {
		alone[j] = !slices.ContainsFunc(p.Cells, func(row []protect.Cell) bool { return row[j].State != protect.Small })
	}
	columns := make([][]protect.Cell, len(p.Columns))
	for i, row := range p.Rows {
		for j, column := range p.Columns {
			c, n := p.Cells[i][j], people(counts, p, row, column)
			seen += n
			columns[j] = append(columns[j], c)
			if c.State == protect.Shown && (c != shownRounded(n) || n < q.k) || c.State == protect.Small && n >= q.k && !alone[j] || c.State == protect.Hidden && n < q.k {
				t.Errorf("%s: %s/%s is %+v, counted %d", q.id, row, column, c, n)
			}
		}
		if len(p.RowTotals) == 0 { // several answers a person: rows do not add up
			continue
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
	if seen != all {
		t.Errorf("%s: %d people in the table, want %d", q.id, seen, all)
	}
}

// people are those of a cell; Other stands for all values that are not listed.
func people(counts map[string]int, p Published, row, column string) (n int) {
	is := func(code, value string, listed []string) bool {
		return code == value || value == Other && !slices.Contains(listed, code)
	}
	for cell, people := range counts {
		if first, second, _ := strings.Cut(cell, "/"); is(first, row, p.Rows) && is(second, column, p.Columns) {
			n += people
		}
	}
	return n
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
		"progrès des agents formés|agents formés|ateliers|avant et après l'atelier|trainee progress|progress of trainees|workshops|bokoli ya basali bazwaki formation":                                                                                                            {Measure: Trainees},
		"le Canada comparé à l'ONU|Canada compared with UN figures": {Where: where("country_residence=CA")},
	} {
		for text := range strings.SplitSeq(words, "|") {
			u := Parse(text)
			if diff := cmp.Diff(want, u.Query); diff != "" || !u.Clear() {
				t.Errorf("%q: %+v %+v %s\n%s", text, u.Unknown, u.Which, u.Alone, diff)
			}
		}
	}
	for text, want := range map[string]Measure{"femmes inscrites ce mois-ci": Months, "infirmiers et chiffres de l'ONU par âge": Stock, "résultats des réunions par âge": Results, "progrès des agents formés au Canada": Trainees} {
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
