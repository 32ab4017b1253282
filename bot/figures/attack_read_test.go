package figures

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
)

// What follows reads figures as people do: from the words of the chat, from the
// files, from what stands in the picture. Nothing but the question is known
// beforehand.

// The counts of a figure that are not cells of its table.
const (
	seenMembers  = "members"
	seenAnswered = "answered"
	seenTotal    = "total"
	seenCell     = "cell"
	seenSilent   = "silent" // who did not answer, where it is said that all did
)

// seen is one count as it was read. row and column are codes, "" for all of them.
type seen struct {
	what, row, column string
	cell              protect.Cell
	k                 int
}

// eye reads in one language.
type eye struct {
	lang locales.Lang
	q    Query
	k    int
}

func (e eye) text(key locales.Key, args locales.Args) string { return locales.Text(e.lang, key, args) }

// number reads a number at the beginning of a text; rest is what follows.
func number(text string) (n int, rest string, ok bool) {
	digits, end := "", 0
	for i, r := range text {
		group := digits != "" && (unicode.IsSpace(r) || r == ',' || r == '.' || r == '’') && i+len(string(r)) < len(text) &&
			unicode.IsDigit(rune(text[i+len(string(r))]))
		if !unicode.IsDigit(r) && !group {
			break
		}
		if unicode.IsDigit(r) {
			digits += string(r)
		}
		end = i + len(string(r))
	}
	n, err := strconv.Atoi(digits)
	return n, text[end:], err == nil
}

// cell reads a count, with a percentage behind it or without.
func (e eye) cell(text string) (protect.Cell, error) {
	text = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(text), strings.Join(shades[:], "")))
	switch text {
	case e.text(locales.FigSmall, locales.Args{"K": e.k}):
		return protect.Cell{State: protect.Small}, nil
	case e.text(locales.FigHidden, nil):
		return protect.Cell{State: protect.Hidden}, nil
	}
	n, rest, ok := number(text)
	if rest = strings.TrimSpace(rest); !ok || rest != "" && !regexp.MustCompile(`^\(\d+\s*%\)$`).MatchString(rest) {
		return protect.Cell{}, fmt.Errorf("%q is no count", text)
	}
	return protect.Cell{N: n}, nil
}

// fill matches a text with a message, and gives what stands in its fields.
func (e eye) fill(key locales.Key, text string, fields ...string) (map[string]string, bool) {
	args := locales.Args{}
	for _, f := range fields {
		args[f] = "@" + f + "@"
	}
	pattern := regexp.QuoteMeta(e.text(key, args))
	var order []string
	pattern = regexp.MustCompile(`@\w+@`).ReplaceAllStringFunc(pattern, func(field string) string {
		order = append(order, strings.Trim(field, "@"))
		return `(.+?)`
	})
	m := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	out := map[string]string{}
	for i, f := range order {
		out[f] = m[i+1]
	}
	return out, true
}

// code finds a value of a variable by its name.
func (e eye) code(key, name string) (string, bool) {
	of, _ := VariableOf(key)
	if name == e.text(locales.FigOther, nil) {
		return Other, true
	}
	codes := []string{}
	for _, o := range of.Options() {
		codes = append(codes, o.Code)
	}
	codes = append(codes, "BE", "FR", "LU", "be-liege", "be-brussels", "fr-paris")
	for _, c := range codes {
		if of.Label(c).In(e.lang) == name {
			return c, true
		}
	}
	return "", false
}

// words reads what the chat says of a figure.
func (e eye) words(text string) ([]seen, error) {
	var all []seen
	for line := range strings.SplitSeq(text, "\n") {
		if _, echo := e.fill(locales.FigUnderstood, line, "What"); echo {
			continue
		}
		if m, ok := e.fill(locales.FigAnsweredAll, line, "Members"); ok {
			c, err := e.cell(m["Members"])
			if err != nil {
				return nil, err
			}
			all = append(all, seen{what: seenMembers, cell: c, k: e.k}, seen{what: seenAnswered, cell: c, k: e.k}, seen{what: seenSilent, k: e.k})
			continue
		}
		for _, key := range []locales.Key{locales.FigPeopleShare, locales.FigPeople, locales.FigAnswered, locales.FigMembers} {
			m, ok := e.fill(key, line, "Total", "Percent", "Answered", "Members")
			if !ok {
				continue
			}
			for field, what := range map[string]string{"Total": seenTotal, "Answered": seenAnswered, "Members": seenMembers} {
				if m[field] == "" {
					continue
				}
				c, err := e.cell(m[field])
				if err != nil {
					return nil, err
				}
				all = append(all, seen{what: what, cell: c, k: e.k})
			}
			break
		}
		if len(e.q.By) == 0 {
			continue
		}
		m, ok := e.fill(locales.FigRow, line, "Name", "Value")
		if !ok {
			continue
		}
		row, known := e.code(e.q.By[0], m["Name"])
		if !known {
			continue // a note
		}
		found, err := e.row(row, m["Value"])
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("nothing is read from %q", text)
	}
	return all, nil
}

// row reads the values of a line.
func (e eye) row(row, value string) ([]seen, error) {
	if e.q.Measure == Stock {
		m, ok := e.fill(locales.StockRow, value, "Members", "Stock")
		if !ok {
			return nil, fmt.Errorf("%q is no row", value)
		}
		value = m["Members"]
	}
	if len(e.q.By) == 1 {
		c, err := e.cell(value)
		return []seen{{seenCell, row, "", c, e.k}}, err
	}
	var all []seen
	across, _ := VariableOf(e.q.By[1])
	for part := range strings.SplitSeq(value, " · ") {
		column, rest := "", ""
		if after, ok := strings.CutPrefix(part, e.text(locales.FigTotal, nil)+" "); ok {
			rest = after
		}
		for _, o := range []string{"BE", "FR", "LU", "be-liege", "be-brussels", "fr-paris"} {
			if after, ok := strings.CutPrefix(part, across.Label(o).In(e.lang)+" "); ok {
				column, rest = o, after
			}
		}
		for _, o := range across.Options() {
			if after, ok := strings.CutPrefix(part, o.Label.In(e.lang)+" "); ok && len(rest) == 0 {
				column, rest = o.Code, after
			}
		}
		if after, ok := strings.CutPrefix(part, e.text(locales.FigOther, nil)+" "); ok && rest == "" {
			column, rest = Other, after
		}
		c, err := e.cell(rest)
		if err != nil {
			return nil, err
		}
		all = append(all, seen{seenCell, row, column, c, e.k})
	}
	return all, nil
}

// table reads the rows of a file: the table, then what the numbers mean.
func (e eye) table(rows [][]string) ([]seen, error) {
	var all []seen
	add := func(what, row, column, text string) error {
		c, err := e.cell(text)
		if err == nil {
			all = append(all, seen{what, row, column, c, e.k})
		}
		return err
	}
	defs := map[string]string{
		e.text(locales.FigDefMembers, nil): seenMembers, e.text(locales.FigDefBase, nil): seenAnswered, e.text(locales.FigDefTotal, nil): seenTotal,
	}
	var columns []string
	total := e.text(locales.FigTotal, nil)
	for i, row := range rows {
		if len(row) < 2 {
			continue
		}
		if i == 0 {
			for _, name := range row[1:] {
				code := ""
				if len(e.q.By) == 2 && name != total {
					code, _ = e.code(e.q.By[1], name)
				}
				columns = append(columns, code)
			}
			continue
		}
		if what, ok := defs[row[0]]; ok {
			if err := add(what, "", "", row[1]); err != nil {
				return nil, err
			}
			continue
		}
		code, known := "", row[0] == total
		if len(e.q.By) > 0 && !known {
			code, known = e.code(e.q.By[0], row[0])
		}
		if !known || row[1] == "" {
			continue
		}
		for j, text := range row[1:min(len(row), len(columns)+1)] {
			if text == "" || len(e.q.By) < 2 && j > 0 { // a percentage, or the UN's
				continue
			}
			if err := add(seenCell, code, columns[j], text); err != nil {
				return nil, err
			}
		}
	}
	if len(all) < 3 {
		return nil, fmt.Errorf("only %d counts are read from %v", len(all), rows)
	}
	return all, nil
}

// file reads a file that was let out.
func (e eye) file(kind string, data []byte) ([]seen, error) {
	var rows [][]string
	if kind == bot.CSVWord {
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
		r.Comma, r.FieldsPerRecord = commaOf(e.lang), -1
		var err error
		if rows, err = r.ReadAll(); err != nil {
			return nil, err
		}
		return e.table(rows)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		more, err := f.GetRows(sheet)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return e.table(rows)
}

// picture reads the numbers that are drawn. Percentages are of counts that stand
// in the text.
func (e eye) picture(f Figure) ([]seen, error) {
	d, ok := f.Drawing(e.lang, rules)
	if !ok || d.Unit != "" || e.q.Measure != Members {
		return nil, nil
	}
	marks, err := d.Marks()
	if err != nil {
		return nil, err
	}
	var all []seen
	longest := map[int]int{}
	for _, m := range marks {
		label, name := m.Label, m.Name
		if label == "" { // one bar in parts
			label, name = name, ""
		}
		c, err := e.cell(m.Text)
		if err != nil {
			return nil, err
		}
		if m.Drawn() && c.State != protect.Shown {
			return nil, fmt.Errorf("%s is drawn, %d wide", m.Text, m.Width)
		}
		if was, ok := longest[c.N]; ok && d.Kind == Bars && was != m.Width {
			return nil, fmt.Errorf("%d is drawn %d wide and %d", c.N, was, m.Width)
		}
		longest[c.N] = m.Width
		row, known := e.code(e.q.By[0], label)
		column := ""
		if len(e.q.By) == 2 && known {
			column, known = e.code(e.q.By[1], name)
		}
		if !known {
			return nil, fmt.Errorf("what is %q, %q?", m.Label, m.Name)
		}
		all = append(all, seen{seenCell, row, column, c, e.k})
	}
	return all, nil
}

// codesOf are the rows or columns that were seen.
func codesOf(all []seen, of func(seen) string) []string {
	var codes []string
	for _, s := range all {
		if code := of(s); s.what == seenCell && code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}
