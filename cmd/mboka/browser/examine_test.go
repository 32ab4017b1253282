package browser

import (
	"fmt"
	"strings"

	"github.com/chromedp/chromedp/kb"
)

// head says what a page has before its main part.
type head int

const (
	skipLink       head = iota // the first stop leads past it
	walkOnly                   // nothing to lead past
	nothingToReach             // and nothing to reach either
)

// examine looks for what a person who sees badly, has a small screen or no mouse
// would stumble over.
func (p *page) examine(name string, has head) {
	p.t.Helper()
	if wide := p.sideways(); wide != "" {
		p.t.Errorf("%s at %s: %s", name, p.look.name, wide)
	}
	if cut := p.cutOff(); len(cut) > 0 {
		p.t.Errorf("%s at %s: cut off: %q", name, p.look.name, cut)
	}
	faults := append(p.unfold(), p.small()...)
	p.shot("unfolded-" + strings.Trim(strings.NewReplacer("/", "-", "?", "-", " ", "-").Replace(name), "-"))
	faults = append(faults, p.walk()...)
	p.check(name)
	if has == skipLink {
		faults = append(faults, p.skips()...)
	}
	for _, fault := range faults {
		p.t.Errorf("%s at %s: %s", name, p.look.name, fault)
	}
	if stops := len(eval[[]string](p, reachable)); (stops == 0) != (has == nothingToReach) {
		p.t.Errorf("%s has %d things to reach", name, stops)
	}
}

// unfold opens all that is folded, as somebody with a keyboard does: what is in
// it must be looked at too.
func (p *page) unfold() []string {
	p.t.Helper()
	const folded = "details:not([open]) > summary"
	for n := eval[int](p, folds); n > 0; n-- {
		p.reach(folded)
		p.press(kb.Enter)
		if left := eval[int](p, folds); left != n-1 {
			return []string{fmt.Sprintf("the keyboard does not unfold %q", eval[string](p, "document.activeElement.innerText"))}
		}
	}
	return nil
}

// thumb is the side of what a thumb hits without looking, in CSS pixels (WCAG
// 2.2, 2.5.5).
const thumb = 44

// small gives what a thumb would miss. A link within a sentence is as high as
// its line.
func (p *page) small() []string {
	p.t.Helper()
	return eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll("a[href],button,summary,select,input:not([type=hidden]),textarea")].filter(e => {
		const r = e.getBoundingClientRect(), around = e.parentElement.innerText.trim();
		if (!e.checkVisibility({visibilityProperty: true}) || r.bottom < 0) return false; // what leads past the head comes with the focus
		if (e.tagName === "A" && around !== e.innerText.trim() && getComputedStyle(e).display === "inline") return false;
		return r.height < %d - .5 || r.width < %d - .5;
	}).map(e => "a thumb misses " + e.outerHTML.slice(0, 100) + " of " + e.getBoundingClientRect().height + " px")`, thumb, thumb))
}

// folds counts what is folded and can be seen to be.
const folds = `[...document.querySelectorAll("details:not([open]) > summary")].filter(e => e.checkVisibility({visibilityProperty: true})).length`

// cutOff gives the texts that do not fit into their box and are hidden by it.
func (p *page) cutOff() []string {
	p.t.Helper()
	return eval[[]string](p, `[...document.body.querySelectorAll("*")].filter(e => {
		const c = getComputedStyle(e), r = e.getBoundingClientRect();
		const hides = c.overflowX === "hidden" || c.overflowX === "clip" || c.overflowY === "hidden" || c.overflowY === "clip";
		// What is a pixel large is there for screen readers.
		return hides && r.width > 2 && r.height > 2 && e.innerText && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
	}).map(e => e.innerText.slice(0, 80))`)
}

// enlarge doubles the letters and nothing else, as phones for people who see
// badly do.
func (p *page) enlarge() {
	p.t.Helper()
	if size := eval[string](p, `document.documentElement.style.fontSize = "200%", getComputedStyle(document.documentElement).fontSize`); size != "32px" {
		p.t.Errorf("letters of twice the size are %s", size)
	}
	if got := eval[float64](p, `parseFloat(getComputedStyle(document.querySelector("p, li, td, dd")).fontSize)`); got < 25 {
		p.t.Errorf("letters do not grow with the person's setting: %v px", got)
	}
}
