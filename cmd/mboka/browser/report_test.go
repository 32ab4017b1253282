package browser

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
)

// fresh forgets what was fetched: the next page is a first view.
func (p *page) fresh() {
	p.t.Helper()
	p.do(send(network.ClearBrowserCache, cdp.Empty{}))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers, p.bytes = nil, map[network.RequestID]int64{}
}

// weight is what came over the line since fresh, with its headers.
func (p *page) weight() (page, pictures int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.answers {
		if a.kind == network.ResourceTypeImage {
			pictures += p.bytes[a.id]
		} else {
			page += p.bytes[a.id]
		}
	}
	return page, pictures
}

// report tells what pages weigh and how long their first byte takes, for people
// to read: no test depends on a time.
type report struct {
	mu   sync.Mutex
	rows map[string]*row // by path
}

type row struct {
	found
	page, pictures int64         // bytes over the line
	again          time.Duration // to the first byte of a page that was asked for before
}

func newReport(pages map[string][]found) *report {
	r := &report{rows: map[string]*row{}}
	for _, of := range pages {
		for _, f := range of {
			r.rows[f.path] = &row{found: f}
		}
	}
	return r
}

func (r *report) weigh(f found, page, pictures int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows[f.path].page, r.rows[f.path].pictures = page, pictures
}

func (r *report) write(t *testing.T) {
	t.Helper()
	var b strings.Builder
	fmt.Fprint(&b, "| page | bytes over the line | unpacked | of pictures | first byte, ms | again, ms |\n|---|---:|---:|---:|---:|---:|\n")
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	for _, one := range slices.SortedFunc(maps.Values(r.rows), func(a, b *row) int { return int(b.page - a.page) }) {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %.1f | %.1f |\n", one.path, one.page, one.plain, one.pictures, ms(one.first), ms(one.again))
	}
	t.Log("\n" + b.String())
	if err := os.WriteFile(filepath.Join(*out, "report.md"), []byte(b.String()), 0o644); err != nil {
		t.Error(err)
	}
}
