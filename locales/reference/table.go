package reference

import (
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

//go:embed *.csv
var files embed.FS

// table is a CSV file with a header row.
type table struct {
	file   string
	column map[string]int
	rows   [][]string
}

func open(file string, columns ...string) (table, error) {
	f, err := files.Open(file)
	if err != nil {
		return table{}, fmt.Errorf("open %s: %w", file, err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return table{}, fmt.Errorf("read %s: %w", file, err)
	}
	if len(rows) < 2 {
		return table{}, fmt.Errorf("%s has no rows", file)
	}
	t := table{file: file, column: map[string]int{}, rows: rows[1:]}
	for i, name := range rows[0] {
		t.column[name] = i
	}
	for _, name := range columns {
		if _, ok := t.column[name]; !ok {
			return table{}, fmt.Errorf("%s has no column %q", file, name)
		}
	}
	return t, nil
}

// row reads the cells of one line and keeps what was wrong with them.
type row struct {
	table *table
	line  int // as an editor counts them, the header being 1
	cells []string
	err   error
}

// each calls read for every row and joins the faults.
func (t *table) each(read func(r *row)) error {
	var faults error
	for i, cells := range t.rows {
		r := &row{table: t, line: i + 2, cells: cells}
		read(r)
		faults = errors.Join(faults, r.err)
	}
	return faults
}

func (r *row) fault(format string, args ...any) {
	err := fmt.Errorf("%s line %d: %s", r.table.file, r.line, fmt.Sprintf(format, args...))
	r.err = errors.Join(r.err, err)
}

func (r *row) text(column string) string {
	return strings.TrimSpace(r.cells[r.table.column[column]])
}

// must is a cell that may not be empty.
func (r *row) must(column string) string {
	s := r.text(column)
	if s == "" {
		r.fault("%s is empty", column)
	}
	return s
}

func (r *row) integer(column string) int { return int(r.number(column)) }

// number is 0 for an empty cell.
func (r *row) number(column string) float64 {
	s := r.text(column)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		r.fault("%s is not a number", column)
	}
	return n
}

// aliases splits a cell at its bars.
func (r *row) aliases(column string) []string {
	if s := r.text(column); s != "" {
		return strings.Split(s, "|")
	}
	return nil
}
