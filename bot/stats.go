package bot

import (
	"strings"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// The words of staff about figures; Answer.Text is what was asked, or the id of
// a figure. Their effects are those of package figures.
const (
	StatsAsked   = "stats"
	ExplainAsked = "explain"
	DigestAsked  = "digest" // Answer.Text is how often, or to stop
)

// FigureSaid is the outcome of both, and ResultFigure what there is to say.
const (
	FigureSaid   = "figure"
	ResultFigure = "Figure"
	// ResultPicture names the picture that goes with it, see Config.Picture; "":
	// none.
	ResultPicture = "Picture"
)

// figureWords are all words about figures.
var figureWords = map[string]bool{StatsAsked: true, ExplainAsked: true, XLSXWord: true, CSVWord: true, DigestAsked: true}

// asks carries out the words about figures, with what stands behind them.
// False: to this chat they are no words.
func (t *thinker) asks() bool {
	first, rest := firstOf(t.in.Text)
	name := t.b.staff[reference.Fold(first)]
	if second, more := firstOf(rest); name == "" && second != "" { // a word may be two: "na mokuse"
		name, rest = t.b.staff[reference.Fold(first+" "+second)], more
	}
	if !figureWords[name] || !t.mayUse(name) {
		return false
	}
	slash := strings.HasPrefix(strings.TrimSpace(t.in.Text), "/")
	if top, open := t.s.top(); open && !slash && t.free(top) {
		return false // where a text is asked it may be the answer
	}
	t.figure(name, rest)
	return true
}

// question takes a text that the menu does not understand as a question, from whom
// may ask.
func (t *thinker) question(top flows.State, text string) bool {
	if !t.b.flows[top.Flow].IsMenu() || !t.mayUse(StatsAsked) || strings.HasPrefix(strings.TrimSpace(text), "/") {
		return false
	}
	t.figure(StatsAsked, text)
	return true
}

func (t *thinker) figure(name, text string) {
	t.decide(flows.Event{Flow: ChatFlow, Name: name, Answer: flows.Answered{Text: text}})
}

// figureDecided says what came of a question. The answer stands alone, so that
// it can be forwarded; what was asked before is asked still.
func (t *thinker) figureDecided(fact flows.Fact) bool {
	switch fact.Args[ResultOutcome] {
	case FigureSaid:
	case FigureLetOut:
		t.handOut(func(name string) string { s, _ := fact.Args[name].(string); return s }, figureFiles)
		return true
	default:
		return false
	}
	t.out.Prompt = flows.Prompt{Marks: flows.None, Body: flows.Line{Key: locales.FigSaid, Args: fact.Args}}
	t.offerFiles(fact)
	t.out.Picture, _ = fact.Args[ResultPicture].(string)
	return true
}
