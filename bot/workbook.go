package bot

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"
)

// Sheet is a table of a file: texts and whole numbers.
type Sheet struct {
	Name string
	Rows [][]any
	// Wide is how many columns from the first hold texts to read; the others
	// are narrow.
	Wide int
}

// Types of the files that a table goes out as.
const (
	XLSXType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	CSVType  = "text/csv; charset=utf-8"
)

// Widths of columns, in characters.
const (
	wideColumn   = 42
	narrowColumn = 14
)

// Workbook writes sheets as an XLSX file. It holds what they hold and nothing
// else: no author, no formula, nothing hidden. Of the same sheets at the same
// time it is the same file.
func Workbook(at time.Time, sheets ...Sheet) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	for i, one := range sheets {
		if i == 0 {
			if err := f.SetSheetName(f.GetSheetName(0), one.Name); err != nil {
				return nil, fmt.Errorf("name sheet: %w", err)
			}
		} else if _, err := f.NewSheet(one.Name); err != nil {
			return nil, fmt.Errorf("add sheet: %w", err)
		}
		if err := widen(f, one); err != nil {
			return nil, err
		}
		for j, row := range one.Rows {
			if err := putRow(f, one.Name, j+1, row); err != nil {
				return nil, err
			}
		}
	}
	// The properties have no time of their own making, and name nobody.
	stamp := at.UTC().Format(time.RFC3339)
	if err := f.SetDocProps(&excelize.DocProperties{Title: "Mboka", Created: stamp, Modified: stamp}); err != nil {
		return nil, fmt.Errorf("set properties: %w", err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return out.Bytes(), nil
}

func widen(f *excelize.File, s Sheet) error {
	most := 1
	for _, row := range s.Rows {
		most = max(most, len(row))
	}
	for i := range most {
		name, err := excelize.ColumnNumberToName(i + 1)
		width := float64(narrowColumn)
		if i < max(1, s.Wide) {
			width = wideColumn
		}
		if err == nil {
			err = f.SetColWidth(s.Name, name, name, width)
		}
		if err != nil {
			return fmt.Errorf("set width: %w", err)
		}
	}
	return nil
}

// putRow writes a row. A text is kept from being taken for a formula, also by a
// program that the table is copied to.
func putRow(f *excelize.File, sheet string, row int, cells []any) error {
	for i, v := range cells {
		at, err := excelize.CoordinatesToCellName(i+1, row)
		if err == nil {
			switch v := v.(type) {
			case int:
				err = f.SetCellInt(sheet, at, int64(v))
			case string:
				err = f.SetCellStr(sheet, at, Harmless(v))
			default:
				err = fmt.Errorf("a cell of %T", v)
			}
		}
		if err != nil {
			return fmt.Errorf("write cell: %w", err)
		}
	}
	return nil
}

// Separated writes rows as a CSV file. The mark in front tells spreadsheets that
// it is UTF-8; comma is what stands between the cells.
func Separated(comma rune, rows [][]any) ([]byte, error) {
	out := bytes.NewBufferString("\ufeff")
	w := csv.NewWriter(out)
	w.Comma, w.UseCRLF = comma, true // RFC 4180
	for _, row := range rows {
		cells := make([]string, 0, len(row))
		for _, v := range row {
			switch v := v.(type) {
			case int:
				cells = append(cells, strconv.Itoa(v))
			case string:
				cells = append(cells, Harmless(v))
			default:
				return nil, fmt.Errorf("write table: a cell of %T", v)
			}
		}
		if err := w.Write(cells); err != nil {
			return nil, fmt.Errorf("write table: %w", err)
		}
	}
	w.Flush()
	return out.Bytes(), nil
}
