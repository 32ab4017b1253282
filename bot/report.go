package bot

import (
	"strings"

	"mboka/flows"
	"mboka/locales"
)

// The events about reports, and the codes of the buttons under them.
const (
	ReportAsked  = "report" // of FlowAnnouncement and of FlowMission
	XLSXAsked    = "xlsx"   // of FlowAnnouncement, and a code of ReportAsked
	ShareAsked   = "share"  // the same
	ReportWhole  = "whole"  // a code of ReportAsked: the report of the mission
	ReportWatch  = "watch"  // the same: to be told how far the sending is
	ReportResend = "resend" // the same: try again who may not have got it
	ReportLeave  = "leave"  // the same: do not
)

// What came of them, as ResultOutcome, and the other results.
const (
	ReportSaid  = "report"     // there is a text, with buttons
	ReportFiles = "reportfile" // there are files to hand out
	ReportGone  = "reportgone" // there is no such thing, or it is not theirs

	resultReport = "Report"
	resultRun    = "Run"   // of the buttons
	resultStep   = "Step"  // the same
	resultCodes  = "Codes" // the same, apart by spaces
	resultOf     = "Of"    // which files: the argument of FactReport
)

// FactReport is the lookup of files that an effect has let out: the answer
// ReportOf says which, its argument CopyFiles is a []File.
const (
	FactReport  = "report"
	ReportOf    = "of"
	ReportLinks = "Links" // its argument: lines to say below the text
)

// reportButtons are the labels of the codes.
var reportButtons = map[string]locales.Key{
	ReportAsked: locales.BtnReport, XLSXAsked: locales.BtnReportXlsx, ShareAsked: locales.BtnReportShare, ReportWhole: locales.BtnReportWhole,
	ReportResend: locales.BtnReportResend, ReportLeave: locales.BtnReportLeave, AmbassadorEnd: locales.BtnAmbEnd,
}

// ReportButtons are options for codes, with the labels that these have under
// every report.
func ReportButtons(codes ...string) []flows.Option {
	var out []flows.Option
	for _, code := range codes {
		out = append(out, flows.Option{Code: code, Label: locales.LabelOf(reportButtons[code])})
	}
	return out
}

// ReportResult are the results of an effect that has a text said, with buttons
// about something; nil: without.
func ReportResult(text string, about *About, codes ...string) map[string]string {
	out := map[string]string{ResultOutcome: ReportSaid, resultReport: text}
	if about != nil && len(codes) > 0 {
		out[resultRun], out[resultCodes], out[resultStep] = about.Run(), strings.Join(codes, " "), ReportAsked
		if about.Kind == AboutAmbassador {
			out[resultStep] = AmbassadorAct
		}
	}
	return out
}

// FilesResult are the results of an effect that lets files out, of which
// FactReport knows by of, with a text beside them; "": a word that they come.
func FilesResult(of, text string, about *About, codes ...string) map[string]string {
	out := ReportResult(text, about, codes...)
	out[ResultOutcome], out[resultOf] = ReportFiles, of
	return out
}

// reportDecided says what came of a request for a report or a link. False: it
// was something else.
func (t *thinker) reportDecided(fact flows.Fact) bool {
	text := func(name string) string { s, _ := fact.Args[name].(string); return s }
	switch fact.Args[ResultOutcome] {
	case ReportSaid:
		t.sayReport(text, flows.Line{Key: locales.RepSaid, Args: locales.Args{resultReport: text(resultReport)}})
	case ReportFiles:
		t.handOut(text, reportFiles)
	case ReportGone:
		t.repeat(flows.Line{Key: locales.Stale}) // as of a button that nobody knows
	default:
		return false
	}
	return true
}

// sayReport says a report alone, so that it can be forwarded.
func (t *thinker) sayReport(text func(string) string, line flows.Line) {
	t.out.Prompt = flows.Prompt{Marks: flows.None, Body: line}
	if codes := strings.Fields(text(resultCodes)); len(codes) > 0 {
		t.out.Prompt.Run, t.out.Prompt.Step, t.out.Prompt.Options = text(resultRun), text(resultStep), ReportButtons(codes...)
	}
}

// handing is how files of one kind are handed out: where they come from and what
// is said.
type handing struct {
	fact                   string // the lookup of the files
	file, link, none, gone locales.Key
}

// reportFiles are those of reports, figureFiles those of figures.
var (
	reportFiles = handing{FactReport, locales.RepFile, locales.RepLink, locales.RepNoFiles, locales.RepGone}
	figureFiles = handing{FactFigure, locales.FigFile, locales.FigLink, locales.FigNoFiles, locales.FigNoId}
)

// handOut hands out the files that an effect has let out: with the reply, or
// behind a link.
func (t *thinker) handOut(text func(string) string, how handing) {
	most := 0
	if channel, on := t.b.channels[t.in.Channel]; on {
		most = channel.Capabilities().File
	}
	said := text(resultReport)
	say := func(key locales.Key, args locales.Args) {
		if said != "" {
			key, args = locales.RepSaid, locales.Args{resultReport: said}
		}
		t.sayReport(text, flows.Line{Key: key, Args: args})
	}
	found, ok := t.facts[how.fact]
	if !ok {
		t.out.Need, t.out.Answers = how.fact, flows.Answers{{Step: ReportOf, Text: text(resultOf)}}
		return
	}
	if links, _ := found.Args[ReportLinks].(string); links != "" {
		said += "\n" + links
	}
	if most == 0 && t.b.cfg.PublicURL == "" {
		say(how.none, nil)
		return
	}
	t.out.Files, _ = found.Args[CopyFiles].([]File)
	switch {
	case len(t.out.Files) == 0:
		say(how.gone, nil)
	case most > 0:
		say(how.file, nil)
	default:
		t.out.Token, t.out.Page = pickupToken(t.b.keys, t.chat, t.in.ID), locales.FilePage
		link := locales.Args{"Download": t.b.cfg.PublicURL + PickupPath + t.out.Token}
		if said != "" {
			said += "\n" + locales.Text(t.s.language(), locales.AmbCodes, link)
		}
		say(how.link, link)
	}
}
