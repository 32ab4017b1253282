package figures

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/flows"
	"mboka/locales"
	"mboka/store"
)

// letOut lets a figure that is on record out as a file: that it leaves the
// service is on record before the file is made. It counts nothing.
func (d *Desk) letOut(ctx context.Context, tx *store.Tx, doing bot.Doing) (map[string]string, error) {
	c, err := d.open(ctx, tx, doing)
	if err != nil {
		return nil, err
	}
	id := idOf(doing.Event.Answer.Text)
	if id == "" {
		return c.say(locales.Text(c.lang, locales.FigFileHow, nil), "", 0)
	}
	was, found, err := tx.FigureByID(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return c.say(locales.Text(c.lang, locales.FigNoId, nil), "", 0)
	}
	f, err := onRecord(was)
	if err != nil {
		return nil, err
	}
	if may, err := c.mayRead(f.Query); err != nil || !may {
		if err != nil {
			return nil, err
		}
		return c.say(locales.Text(c.lang, locales.FigNoId, nil), "", 0)
	}
	return bot.FigureFiles(doing.Event.Name + fileSign + id), c.audit(actExport, f.ID, f.Published.size())
}

// fileSign stands between the kind of a file and the id in what FactFigure is
// asked for.
const fileSign = ":"

// idOf is the id of a figure in a text, as it is on record: "" for an empty one.
func idOf(text string) string {
	return strings.TrimPrefix(strings.ToUpper(strings.Join(strings.Fields(text), "")), spokenID(""))
}

// Facts are the files of figures that were let out.
func (d *Desk) Facts() map[string]bot.Lookup {
	return map[string]bot.Lookup{bot.FactFigure: d.file}
}

// file makes the file of a figure that was let out.
func (d *Desk) file(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	answer, _ := q.Answers.Get(bot.ReportOf)
	kind, id, _ := strings.Cut(answer.Text, fileSign)
	was, found, err := d.DB.FigureByID(ctx, id)
	if err != nil || !found {
		return flows.Fact{Args: map[string]any{bot.CopyFiles: []bot.File(nil)}}, err
	}
	f, err := onRecord(was)
	if err != nil {
		return flows.Fact{}, err
	}
	policy, err := d.Policy(ctx)
	if err != nil {
		return flows.Fact{}, fmt.Errorf("read settings: %w", err)
	}
	f.Titles = titles(f.Published, func(id uuid.UUID) (store.Mission, error) { return d.DB.MissionByID(ctx, id) }, q.Lang)
	file, err := f.File(kind, q.Lang, Rules(policy))
	return flows.Fact{Args: map[string]any{bot.CopyFiles: []bot.File{file}}}, err
}

// File is a figure as a file of a kind: bot.XLSXWord or bot.CSVWord. It holds
// what the chat shows and nothing else; of the same figure in the same language
// it is the same file.
func (f Figure) File(kind string, lang locales.Lang, r protect.Rules) (bot.File, error) {
	name := "mboka-" + f.ID
	table, definitions := f.sheets(lang, r)
	if kind == bot.CSVWord {
		rows := append(append(table.Rows, []any{}), definitions.Rows...)
		data, err := bot.Separated(commaOf(lang), rows)
		return bot.File{Part: "csv", Name: name + ".csv", Type: bot.CSVType, Title: locales.FigCsvTitle, Data: data}, err
	}
	data, err := bot.Workbook(f.Taken, table, definitions)
	return bot.File{Part: "xlsx", Name: name + ".xlsx", Type: bot.XLSXType, Title: locales.FigXlsxTitle, Data: data}, err
}

// commaOf is what stands between the cells of a table: a spreadsheet that is set
// to French reads 1,5 as a number and takes a semicolon.
func commaOf(lang locales.Lang) rune {
	if lang == locales.EN {
		return ','
	}
	return ';'
}

// value is a count as a cell: a number, or the words that stand for one.
func (v voice) value(c protect.Cell) any {
	if c.State == protect.Shown {
		return c.N
	}
	return v.cell(c)
}

// sheets are the table, and what its numbers mean.
func (f Figure) sheets(lang locales.Lang, r protect.Rules) (table, definitions bot.Sheet) {
	v := voice{lang, r, f.Published.K}
	table = bot.Sheet{Name: v.text(locales.FigSheetTable, nil), Rows: f.rows(v), Wide: 1}
	definitions = bot.Sheet{Name: v.text(locales.FigSheetDefs, nil), Rows: f.definitions(v), Wide: 2}
	return table, definitions
}

// rows are the table with its head and its totals.
func (f Figure) rows(v voice) [][]any {
	p := f.Published
	if f.Query.Measure != Members {
		return f.measureRows(v)
	}
	switch len(f.Query.By) {
	case 0:
		return [][]any{
			{f.Query.Words(v.lang), v.text(locales.FigColPeople, nil)},
			{v.text(locales.FigTotal, nil), v.value(p.Total)},
		}
	case 1:
		return f.list(v)
	}
	down, _ := VariableOf(f.Query.By[0])
	across, _ := VariableOf(f.Query.By[1])
	head := []any{capital(title(down, v.lang)) + " / " + capital(title(across, v.lang))}
	for _, code := range p.Columns {
		head = append(head, v.name(across, code))
	}
	if len(p.RowTotals) > 0 {
		head = append(head, v.text(locales.FigTotal, nil))
	}
	rows := [][]any{head}
	for i, code := range p.Rows {
		row := []any{v.name(down, code)}
		for _, c := range p.Cells[i] {
			row = append(row, v.value(c))
		}
		if len(p.RowTotals) > i {
			row = append(row, v.value(p.RowTotals[i]))
		}
		rows = append(rows, row)
	}
	if len(p.ColumnTotals) > 0 {
		row := []any{v.text(locales.FigTotal, nil)}
		for _, c := range p.ColumnTotals {
			row = append(row, v.value(c))
		}
		if len(p.RowTotals) > 0 {
			row = append(row, v.value(p.Total))
		}
		rows = append(rows, row)
	}
	return rows
}

// list is the table of one variable, with percentages where the chat has some.
func (f Figure) list(v voice) [][]any {
	p := f.Published
	of, _ := VariableOf(f.Query.By[0])
	rows := [][]any{{capital(title(of, v.lang)), v.text(locales.FigColPeople, nil)}}
	shares := false
	for i, code := range p.Rows {
		row := []any{v.name(of, code), v.value(p.Cells[i][0])}
		if percent, ok := v.rules.Share(p.Cells[i][0], p.Total); ok {
			row, shares = append(row, percent), true
		}
		rows = append(rows, row)
	}
	if shares {
		rows[0] = append(rows[0], "%")
	}
	return append(rows, []any{v.text(locales.FigTotal, nil), v.value(p.Total)})
}

// definitions say what the numbers are, so that the file can be read without the
// chat.
func (f Figure) definitions(v voice) [][]any {
	p, said := f.Published, f.Say(v.lang, v.rules)
	word := func(key locales.Key) string { return v.text(key, nil) }
	rows := [][]any{
		{word(locales.FigDefId), f.ID},
		{word(locales.FigDefQuestion), f.Query.Words(v.lang)},
		{word(locales.FigDefSentence), said.Sentence},
	}
	for _, w := range f.Query.Where {
		of, _ := VariableOf(w.Variable)
		var names []string
		for _, code := range w.Codes {
			names = append(names, of.Label(code).In(v.lang))
		}
		rows = append(rows, []any{word(locales.FigDefFilter), title(of, v.lang) + " = " + strings.Join(names, " / ")})
	}
	if f.Query.Qualified {
		rows = append(rows, []any{word(locales.FigDefFilter), word(locales.FigDefQualified)})
	}
	if f.Query.Measure == Funnel {
		return f.funnelDefinitions(v, rows)
	}
	if f.Query.Measure.apart() { // no members are counted
		rows = append(rows, []any{word(locales.FigDefTaken), p.At.UTC().Format("2006-01-02")}, []any{word(locales.FigDefK), p.K})
		if f.Query.Measure == Trainees {
			rows = append(rows, []any{word(locales.FigDefRounding), f.step(v.rules)}, []any{word(locales.FigDefNote), f.traineesRule(v.lang, v.rules)})
		}
		for _, note := range said.Notes {
			if note != v.text(locales.TraineesFile, nil) { // here it is
				rows = append(rows, []any{word(locales.FigDefNote), note})
			}
		}
		return append(rows, []any{word(locales.FigDefNote), said.Footer})
	}
	rows = append(rows,
		[]any{word(locales.FigDefMembers), v.value(p.Members)},
		[]any{word(locales.FigDefBase), v.value(p.Answered)},
		[]any{word(locales.FigDefTotal), v.value(p.Total)},
		[]any{word(locales.FigDefTaken), f.Taken.UTC().Format("2006-01-02")},
		[]any{word(locales.FigDefK), p.K},
		[]any{word(locales.FigDefRounding), f.step(v.rules)},
	)
	small, hidden := p.withheld()
	if small > 0 {
		rows = append(rows, []any{word(locales.FigDefSmall), v.many(small, protect.Small)})
	}
	if hidden > 0 {
		rows = append(rows, []any{word(locales.FigDefHidden), v.many(hidden, protect.Hidden)})
	}
	for _, note := range said.Notes {
		rows = append(rows, []any{word(locales.FigDefNote), note})
	}
	return append(rows, []any{word(locales.FigDefNote), word(locales.FigDefSelf)}, []any{word(locales.FigDefNote), word(locales.FigDefKept)})
}

// many is how many numbers are not shown for a reason, and what stands for them.
func (v voice) many(n int, as protect.State) string {
	return strconv.Itoa(n) + " (" + v.cell(protect.Cell{State: as}) + ")"
}

// step is to what the counts were rounded: as it was when they were published.
func (f Figure) step(r protect.Rules) int {
	if f.Published.Step > 0 {
		return f.Published.Step
	}
	return r.Rounding
}

// withheld counts the numbers that are not shown: small ones, and those that
// would give one away.
func (p Published) withheld() (small, hidden int) {
	all := [][]protect.Cell{{p.Members, p.Answered, p.Total}, p.RowTotals, p.ColumnTotals}
	for _, line := range append(all, p.Cells...) {
		for _, c := range line {
			switch c.State {
			case protect.Small:
				small++
			case protect.Hidden:
				hidden++
			}
		}
	}
	return small, hidden
}
