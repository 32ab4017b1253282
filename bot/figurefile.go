package bot

import (
	"strings"

	"mboka/flows"
	"mboka/locales"
)

// The words of staff by which a figure goes out as a file; Answer.Text is its id.
// They are also what the buttons under a figure say.
const (
	XLSXWord = "excel"
	CSVWord  = "csv"
)

// FigureLetOut is the outcome of both where the figure is on record, see
// FigureFiles. ResultFigureID is the id of a figure that was said, as it is
// printed; "": nothing that has one.
const (
	FigureLetOut   = "figurefile"
	ResultFigureID = "FigureID"
)

// FactFigure is the lookup of the file that an effect has let out: the answer
// ReportOf says which, its argument CopyFiles is a []File.
const FactFigure = "figurefile"

// FigureFiles are the results of an effect that lets a figure out, of which
// FactFigure knows by of.
func FigureFiles(of string) map[string]string {
	return map[string]string{ResultOutcome: FigureLetOut, resultOf: of}
}

// A button under a figure belongs to no run of a flow and names the figure:
//
//	=f<id>.file.<word>
const (
	figureMark = addressedMark + "f"
	figureStep = "file"
)

// roomForFrame is what a platform may need around a text that has buttons, in
// characters: see whatsapp.Frame.
const roomForFrame = 80

// fileLabels are what the buttons say: what can be written too.
var fileLabels = map[string]locales.Key{XLSXWord: locales.BtnFigExcel, CSVWord: locales.BtnFigCsv}

// offerFiles puts the buttons under a figure that is said, or where the platform
// has no room for them a line with the words.
func (t *thinker) offerFiles(fact flows.Fact) {
	id, _ := fact.Args[ResultFigureID].(string)
	if id == "" || !t.mayUse(XLSXWord) || !t.handsFiles() {
		return
	}
	said, _ := fact.Args[ResultFigure].(string)
	s := Setting{Caps: t.b.limits(t.in.Channel)}
	if words := said + "\n\n" + locales.Text(t.s.language(), locales.FigFileWords, locales.Args{"ID": id}); s.length(said)+roomForFrame > s.Caps.Body {
		if s.length(words) <= s.Caps.Text {
			t.out.Prompt.Body.Args = locales.Args{ResultFigure: words}
		}
		return
	}
	t.out.Prompt.Run, t.out.Prompt.Step = figureMark+strings.TrimPrefix(id, "F-"), figureStep
	for _, word := range []string{XLSXWord, CSVWord} {
		var label locales.Label
		for _, lang := range locales.Langs {
			label[lang] = locales.Text(lang, fileLabels[word], locales.Args{"ID": id})
		}
		t.out.Prompt.Options = append(t.out.Prompt.Options, flows.Option{Code: word, Label: label})
	}
}

// takesFigure takes a tap on such a button. False: it is on another one.
func (t *thinker) takesFigure(run, word string) bool {
	id, ok := strings.CutPrefix(run, figureMark)
	if !ok || word != XLSXWord && word != CSVWord {
		return false
	}
	if !t.mayUse(word) {
		t.repeat(flows.Line{Key: locales.Stale})
		return true
	}
	t.figure(word, id)
	return true
}
