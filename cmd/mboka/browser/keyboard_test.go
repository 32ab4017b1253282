package browser

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// press presses keys one after the other, such as kb.Tab or "a".
func (p *page) press(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		p.do(chromedp.KeyEvent(k))
	}
}

// back presses Tab with Shift.
func (p *page) back() {
	p.t.Helper()
	p.do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
}

// reach presses Tab until the focus is on what a selector names.
func (p *page) reach(selector string) {
	p.t.Helper()
	for range 300 {
		if eval[bool](p, fmt.Sprintf("Boolean(document.activeElement && document.activeElement.matches(%q))", selector)) {
			return
		}
		p.press(kb.Tab)
	}
	p.t.Fatalf("no key leads to %s", selector)
}

// stop is where the focus rests.
type stop struct {
	Path    string // tells elements apart; "" when the focus is nowhere
	Href    string
	Label   string
	Seen    bool // something shows that the focus is here
	Covered bool // another element lies over it
	Inside  bool // within what is visible of the page
}

// where describes the focus as a person sees it. Outlines, shadows, and frames
// or grounds that differ from those without focus count as signs.
const where = `(() => {
	const e = document.activeElement;
	if (!e || e === document.body || e === document.documentElement) return {Path: ""};
	const path = n => n.parentElement ? path(n.parentElement) + ">" + n.tagName + ":" + [...n.parentElement.children].indexOf(n) : n.tagName;
	const signs = n => { const c = getComputedStyle(n); return [c.borderTopColor, c.borderTopWidth, c.backgroundColor, c.boxShadow, c.color, c.textDecorationLine, c.textDecorationThickness].join() };
	const c = getComputedStyle(e), r = e.getClientRects()[0] || e.getBoundingClientRect();
	const outlined = c.outlineStyle !== "none" && parseFloat(c.outlineWidth) >= 1 && !/, 0\)$/.test(c.outlineColor);
	const x = Math.max(0, r.left) + Math.min(r.width, innerWidth - Math.max(0, r.left)) / 2, y = r.top + r.height / 2;
	const top = document.elementFromPoint(x, y);
	const inside = r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth;
	const at = {Path: path(e), Href: e.getAttribute("href") || "", Label: (e.getAttribute("aria-label") || e.innerText || e.value || "").trim().slice(0, 60),
		Inside: inside, Covered: inside && !(top && (e === top || e.contains(top) || top.contains(e) || (e.labels && [...e.labels].some(l => l.contains(top)))))};
	at.Seen = outlined;
	if (!outlined) { const before = signs(e); e.blur(); at.Seen = signs(e) !== before; e.focus() }
	return at;
})()`

// reachable are the elements that a keyboard must reach, in their order.
const reachable = `(() => {
	const path = n => n.parentElement ? path(n.parentElement) + ">" + n.tagName + ":" + [...n.parentElement.children].indexOf(n) : n.tagName;
	const radios = new Set();
	return [...document.querySelectorAll("a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex]")].filter(e => {
		if (e.disabled || e.tabIndex < 0 || e.closest("[inert]") || !e.checkVisibility({visibilityProperty: true})) return false;
		if (e.type !== "radio") return true;
		if (radios.has(e.name)) return false; // one stop for each group
		radios.add(e.name);
		return true;
	}).map(path);
})()`

// restart takes the focus back to where it is when a page has just come: to
// blur alone leaves the next Tab where the last one was.
func (p *page) restart() {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](`{ const b = document.body; b.tabIndex = -1; b.focus(); b.blur(); b.removeAttribute("tabindex"); scrollTo(0, 0) }`))
}

// walk goes through a page by Tab alone and tells what a person without a mouse
// would miss.
func (p *page) walk() []string {
	p.t.Helper()
	var faults []string
	want := eval[[]string](p, reachable)
	p.restart()
	var got []string
	for range len(want) + 1 {
		p.press(kb.Tab)
		at := eval[stop](p, where)
		if at.Path == "" || len(got) > 0 && at.Path == got[0] {
			break
		}
		got = append(got, at.Path)
		name := fmt.Sprintf("%q (%s)", at.Label, at.Path[strings.LastIndex(at.Path, ">")+1:])
		if !at.Seen {
			faults = append(faults, "nothing shows that the focus is on "+name)
		}
		if !at.Inside {
			faults = append(faults, "the focus is out of sight on "+name)
		}
		if at.Covered {
			faults = append(faults, "something covers "+name)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		faults = append(faults, fmt.Sprintf("Tab goes through\n%s\nand should through\n%s", strings.Join(got, "\n"), strings.Join(want, "\n")))
	}
	return faults
}

// skips tells what is wrong with the first stop, which must lead past what all
// pages have.
func (p *page) skips() []string {
	p.t.Helper()
	p.restart()
	p.press(kb.Tab)
	first := eval[stop](p, where)
	if !strings.HasPrefix(first.Href, "#") || len(first.Href) < 2 {
		return []string{fmt.Sprintf("the first stop is %q and not a link past the head of the page", first.Label)}
	}
	p.press(kb.Enter)
	if !eval[bool](p, fmt.Sprintf("location.hash === %q && document.querySelector(%q) !== null && document.querySelector(%q).closest('main') !== null", first.Href, first.Href, first.Href)) {
		return []string{"the first link does not lead to the main part"}
	}
	p.press(kb.Tab)
	if !eval[bool](p, "document.activeElement === document.body || document.activeElement.closest('header, nav') === null") {
		return []string{"after the first link the next stop is in the head of the page again"}
	}
	return nil
}

// write types a text where the focus is, as a keyboard with all letters does.
func (p *page) write(text string) {
	p.t.Helper()
	p.do(send(input.InsertText, input.InsertTextParams{Text: text}))
}

// sideways tells what sticks out of the screen to the right, "" when nothing
// does: nobody should have to scroll to and fro for each line.
func (p *page) sideways() string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf(`(() => {
		const width = %d, root = document.documentElement;
		if (Math.max(root.scrollWidth, document.body.scrollWidth) <= width) return "";
		const scrolls = e => { for (; e && e !== root; e = e.parentElement) { const o = getComputedStyle(e).overflowX; if (o === "auto" || o === "scroll" || o === "hidden") return true } return false };
		const wide = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > width + 0.5 && !scrolls(e.parentElement));
		return "the page is " + root.scrollWidth + " wide, by " + wide.slice(0, 4).map(e => e.outerHTML.slice(0, 120)).join(" | ");
	})()`, p.look.width))
}
