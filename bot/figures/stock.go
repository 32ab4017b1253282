package figures

import (
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/locales/reference"
)

// Coverage sets how many have registered beside how many people born in the DRC
// there are, as the UN estimates them: in a country, or in all of them where
// Country is "".
type Coverage struct {
	Country string       `json:"country,omitempty"`
	Members protect.Cell `json:"members"`
	Stock   int          `json:"stock"`
	Year    int          `json:"year"`
}

// newest is the year of the edition that most estimates are of; some countries
// are in an older one only.
const newest = 2024

// worldStock is the sum of all estimates but that of the DRC itself.
func worldStock() int {
	all := 0
	for _, c := range reference.Countries() {
		if c.Alpha2 != "CD" {
			all += c.Stock
		}
	}
	return all
}

// coverage is what of a count of all who have registered in a country is beside
// the UN's estimate. nil: there is none, or the count may not be told.
func coverage(where string, members protect.Cell) *Coverage {
	if members.State != protect.Shown {
		return nil
	}
	if where == "" {
		return &Coverage{Members: members, Stock: worldStock(), Year: newest}
	}
	c, ok := reference.CountryByCode(where)
	if !ok || c.Stock == 0 || where == "CD" {
		return nil
	}
	return &Coverage{Country: where, Members: members, Stock: c.Stock, Year: c.StockYear}
}

// setStock keeps the UN's estimates beside the countries of a table, as they are
// today: an id must say the same next year.
func (p *Published) setStock() {
	p.StockAll = worldStock()
	rest := p.StockAll
	for _, code := range p.Rows {
		c, _ := reference.CountryByCode(code)
		n := c.Stock
		if code == "CD" {
			n = 0
		}
		p.Stock, rest = append(p.Stock, n), rest-n
	}
	for i, code := range p.Rows {
		if code == Other {
			p.Stock[i] = rest
		}
	}
}

// thousandths is a share; it is of numbers that may be told.
func thousandths(n, of int) int {
	if of == 0 {
		return 0
	}
	return int((int64(n)*1000 + int64(of)/2) / int64(of))
}

// about is an estimate as one says it: nobody counted to the last person.
func about(n int) int {
	if n < 1000 {
		return n
	}
	return (n + 50) / 100 * 100
}

func (v voice) coverage(c *Coverage) string {
	args := locales.Args{
		"Members": v.cell(c.Members), "Stock": locales.Number(v.lang, about(c.Stock)), "Year": c.Year,
		"Percent": locales.Percent(v.lang, thousandths(c.Members.N, c.Stock)),
	}
	if c.Country == "" {
		return v.text(locales.CoverageWorld, args)
	}
	of, _ := VariableOf(country)
	args["Country"] = v.name(of, c.Country)
	return v.text(locales.CoverageCountry, args)
}

// stockRow is a country's share of members and of the UN's estimate.
func (v voice) stockRow(p Published, i int) string {
	un := v.text(locales.FigUnknownStock, nil)
	if p.Stock[i] > 0 {
		un = locales.Percent(v.lang, thousandths(p.Stock[i], p.StockAll))
	}
	return v.text(locales.StockRow, locales.Args{"Members": v.share(p.Cells[i][0], p.Total), "Stock": un})
}

// drawStock pairs the shares of each country. Where no percentage may be said of
// members there is no picture.
func (f Figure) drawStock(v voice, d Drawing) (Drawing, bool) {
	p := f.Published
	members, un := Series{Name: v.text(locales.StockMembers, nil)}, Series{Name: v.text(locales.StockUn, nil)}
	of, _ := VariableOf(country)
	for i, code := range p.Rows {
		cell := p.Cells[i][0]
		if cell.State == protect.Shown {
			percent, ok := v.rules.Share(cell, p.Total)
			if !ok {
				return Drawing{}, false
			}
			cell.N = percent
		}
		d.Labels = append(d.Labels, v.name(of, code))
		members.Values = append(members.Values, cell)
		un.Values = append(un.Values, protect.Cell{N: (thousandths(p.Stock[i], p.StockAll) + 5) / 10})
	}
	d.Kind, d.Title, d.Unit, d.Series = Bars, capital(v.text(locales.StockTitle, nil)), percentSign(v.lang), []Series{members, un}
	return d, true
}
