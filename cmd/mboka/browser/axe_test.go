package browser

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

//go:embed testdata/axe/axe.min.js
var axe string

// axeSum is the SHA-256 of axe.min.js in the published package.
const axeSum = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"

func TestAxeIsAsPublished(t *testing.T) {
	t.Parallel()
	if sum := sha256.Sum256([]byte(axe)); hex.EncodeToString(sum[:]) != axeSum {
		t.Errorf("axe.min.js was changed: its SHA-256 is %x", sum)
	}
}

// finding is a rule of axe-core that a page breaks.
type finding struct {
	ID     string
	Impact string // minor, moderate, serious, critical
	Help   string
	Nodes  []string
}

func (f finding) String() string {
	return fmt.Sprintf("%s %s: %s\n    %s", f.Impact, f.ID, f.Help, strings.Join(f.Nodes, "\n    "))
}

// grave tells whether nobody may be met by this.
func (f finding) grave() bool { return f.Impact == "serious" || f.Impact == "critical" }

// askAxe runs the rules of WCAG 2.2 A and AA and axe-core's own good practice.
const askAxe = `axe.run(document, {
	runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
	resultTypes: ["violations"], preload: false, elementRef: false,
}).then(r => r.violations.map(v => ({ID: v.id, Impact: v.impact, Help: v.help,
	Nodes: v.nodes.slice(0, 5).map(n => n.html.slice(0, 200) + " (" + n.any.concat(n.all, n.none).map(c => c.message).join("; ").slice(0, 200) + ")")})))`

// findings gives what axe-core finds. What it does to the page is not the
// page's fault: complaints of that time are dropped.
func (p *page) findings() []finding {
	p.t.Helper()
	before := p.complaints()
	defer func() {
		p.complaints()
		p.mu.Lock()
		p.faults = append(before, p.faults...)
		p.mu.Unlock()
	}()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](axe+";undefined")); err != nil {
		p.t.Fatal(err)
	}
	return eval[[]finding](p, askAxe)
}

// check fails the test for each serious or critical finding, and tells of the
// others.
func (p *page) check(name string) {
	p.t.Helper()
	for _, f := range p.findings() {
		if f.grave() {
			p.t.Errorf("%s at %s: %s", name, p.look.name, f)
		} else {
			p.t.Logf("%s at %s: %s", name, p.look.name, f)
		}
	}
}
