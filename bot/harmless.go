package bot

import "regexp"

// formula is where a spreadsheet may take the rest of a cell for a formula: at a
// sign (full-width ones too) in the beginning, or behind anything that another
// setting takes for the end of a cell, such as a semicolon where people write
// 1,5.
var formula = regexp.MustCompile("(^|[;,|\"\t\r\n])([ \u00a0]*)([=+\\-@\t\r\uff1d\uff0b\uff0d\uff20])")

// Harmless puts an apostrophe before such a sign, which makes it text. The JSON
// file has the text as it was written.
func Harmless(cell string) string {
	for { // a tab is a sign itself and may have another one behind it
		next := formula.ReplaceAllString(cell, "${1}${2}'${3}")
		if next == cell {
			return cell
		}
		cell = next
	}
}
