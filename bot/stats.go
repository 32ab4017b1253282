package bot

import (
	"slices"
	"strings"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// The words of staff about figures; Answer.Text is what was asked, or the id of
// a figure. Their effects are those of package figures.
const (
	StatsAsked   = "stats"
	ExplainAsked = "explain"
	DigestAsked  = "digest" // Answer.Text is how often, or to stop
	FunnelAsked  = "funnel" // Answer.Text is how to part it, or what to compare with
)

// FigureSaid is the outcome of both, and ResultFigure what there is to say.
const (
	FigureSaid   = "figure"
	ResultFigure = "Figure"
	// ResultPicture names the picture that goes with it, see Config.Picture; "":
	// none.
	ResultPicture = "Picture"
	// ResultOffer tells whether TopQuestions stand under it as buttons: "yes".
	ResultOffer = "Offer"
)

// TopQuestion is a question that is offered as a button: a tap asks the words of
// Asks in the language of the chat, as if they had been written.
type TopQuestion struct {
	Code      string
	Row, Asks locales.Key
}

// TopQuestions are ten, as many as a WhatsApp list has rows: how many, where and
// who they are; five about skills, which is what the service counts; what they
// want to give; and what came of the work. The others are one word away: a
// variable's name, or one of these with a country behind it.
var TopQuestions = []TopQuestion{
	{"all", locales.TopAll, locales.TopAllAsks},
	{"country", locales.TopCountry, locales.TopCountryAsks},
	{"age", locales.TopAge, locales.TopAgeAsks},
	{"degree", locales.TopDegree, locales.TopDegreeAsks},
	{"below", locales.TopBelow, locales.TopBelowAsks},
	{"work", locales.TopWork, locales.TopWorkAsks},
	{"sector", locales.TopSector, locales.TopSectorAsks},
	{"health", locales.TopHealth, locales.TopHealthAsks},
	{"give", locales.TopGive, locales.TopGiveAsks},
	{"results", locales.TopResults, locales.TopResultsAsks},
}

// asksAgain takes a tap on one of them.
func (t *thinker) asksAgain(step, code string) {
	i := slices.IndexFunc(TopQuestions, func(q TopQuestion) bool { return q.Code == code })
	if i < 0 || step != StatsAsked || !t.may(store.AskFigures) {
		t.repeat(flows.Line{Key: locales.Stale})
		return
	}
	t.figure(StatsAsked, locales.Text(t.s.language(), TopQuestions[i].Asks, nil))
}

// offered are the buttons of TopQuestions.
func offered() []flows.Option {
	out := make([]flows.Option, 0, len(TopQuestions))
	for _, q := range TopQuestions {
		out = append(out, flows.Option{Code: q.Code, Label: locales.LabelOf(q.Row), Desc: locales.LabelOf(q.Asks)})
	}
	return out
}

// figureWords are all words about figures.
var figureWords = map[string]bool{StatsAsked: true, ExplainAsked: true, XLSXWord: true, CSVWord: true, DigestAsked: true, FunnelAsked: true}

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
	if !t.b.flows[top.Flow].IsMenu() || !t.may(store.AskFigures) || strings.HasPrefix(strings.TrimSpace(text), "/") {
		return false
	}
	t.figure(StatsAsked, text)
	return true
}

// sentence is from how many words on a text is more than the name of a line of a
// menu, mistyped.
const sentence = 4

// mayAsk tells whether a text that was only guessed to be an answer may be a
// question in figures.
func (t *thinker) mayAsk(text string) bool {
	return t.may(store.AskFigures) && len(strings.Fields(text)) >= sentence
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
	if fact.Args[ResultOffer] == "yes" {
		t.out.Prompt.Run, t.out.Prompt.Step, t.out.Prompt.Options = About{Kind: AboutQuestion}.Run(), StatsAsked, offered()
	}
	return true
}
