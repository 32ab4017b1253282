package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"strings"
	"time"

	"mboka/bot"
	"mboka/locales"
)

//go:embed simulator
var simulatorFiles embed.FS

// simulatorPage is the page before its script has run.
var simulatorPage = template.Must(template.New("page.html").Option("missingkey=error").ParseFS(simulatorFiles, "simulator/page.html"))

// simulatorWords are the texts of the page, as its template calls them.
var simulatorWords = []locales.Key{
	locales.SimTitle, locales.SimIntro, locales.SimScript, locales.SimLanguage, locales.SimShown, locales.SimPerson, locales.SimUnread,
	locales.SimLog, locales.SimWrite, locales.SimSend, locales.SimAttach, locales.SimVoice, locales.SimSticker, locales.SimPicture,
	locales.SimPlace, locales.SimContact, locales.SimDocument, locales.SimStart, locales.SimCommands, locales.SimJoin, locales.SimInvited,
	locales.SimAnew, locales.SimSave, locales.SimOptions, locales.SimClock, locales.SimHour, locales.SimDay, locales.SimWeek, locales.SimMonth,
	locales.SimMoving, locales.SimMoved, locales.SimOthers, locales.SimEdited, locales.SimClose, locales.SimLost, locales.SimFailed,
	locales.SimMine, locales.SimEmpty, locales.SimGone, locales.SimSite,
}

// simulatorView is what the template shows.
type simulatorView struct {
	Lang     string
	Icon     string
	Skip     string
	Langs    []simulatorLang
	Text     map[string]string
	People   []simulatorPerson
	Phones   []simulatorPhone
	Commands []simulatorCommand
	Kinds    []simulatorKind
}

type simulatorLang struct {
	Code, Name string
	Current    bool
}

type simulatorPerson struct {
	ID, Name, Initial string
	Staff             bool
	First             bool
}

type simulatorPhone struct {
	Channel, Name string
	// Commands and Start are Telegram's alone.
	Commands, Start, First bool
}

type simulatorCommand struct{ Word, About string }

type simulatorKind struct{ Kind, Label string }

// page shows the two phones. What stands on them comes as events.
func (s *Simulator) page(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	if err := simulatorPage.Execute(&b, viewOf(simulatorLanguage(r))); err != nil {
		s.Logger.Error("the simulator's page cannot be shown", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // who asked may have left
}

// simulatorLanguage is the one asked for, else the browser's.
func simulatorLanguage(r *http.Request) locales.Lang {
	if lang, known := locales.ParseLang(r.FormValue("lang")); known {
		return lang
	}
	return preferred(r.Header.Get("Accept-Language"))
}

func viewOf(lang locales.Lang) simulatorView {
	v := simulatorView{Lang: lang.String(), Icon: iconPath, Skip: locales.Text(lang, locales.WebSkip, nil), Text: make(map[string]string, len(simulatorWords))}
	for _, key := range simulatorWords {
		v.Text[strings.TrimPrefix(string(key), "sim_")] = locales.Text(lang, key, nil)
	}
	v.Text["days"], v.Text["months"] = daysOf(lang), monthsOf(lang)
	for _, l := range locales.Langs {
		v.Langs = append(v.Langs, simulatorLang{Code: l.String(), Name: l.Name(), Current: l == lang})
	}
	for i, p := range people {
		name := locales.Text(lang, p.Name, nil)
		v.People = append(v.People, simulatorPerson{ID: p.ID, Name: name, Initial: fmt.Sprintf("%.1s", name), Staff: p.Role != "", First: i == 0})
	}
	v.Phones = []simulatorPhone{{Channel: "telegram", Name: "Telegram", Commands: true, Start: true, First: true}, {Channel: whatsappPhone, Name: "WhatsApp"}}
	for _, name := range bot.Commands {
		v.Commands = append(v.Commands, simulatorCommand{Word: "/" + name, About: locales.Text(lang, locales.Key("about_"+name), nil)})
	}
	for _, k := range []struct {
		kind bot.Kind
		key  locales.Key
	}{
		{bot.Picture, locales.SimPicture}, {bot.Document, locales.SimDocument}, {bot.Place, locales.SimPlace},
		{bot.Contact, locales.SimContact}, {bot.Sticker, locales.SimSticker}, {bot.Voice, locales.SimVoice},
	} {
		v.Kinds = append(v.Kinds, simulatorKind{string(k.kind), locales.Text(lang, k.key, nil)})
	}
	return v
}

// daysOf are the names of the days from Sunday on, as the page's clock wants them.
func daysOf(lang locales.Lang) string {
	var names []string
	for i := range 7 {
		names = append(names, locales.Weekday(lang, time.Date(2023, time.January, 1+i, 0, 0, 0, 0, time.UTC))) // began on a Sunday
	}
	return strings.Join(names, "|")
}

// monthsOf are the names of the months.
func monthsOf(lang locales.Lang) string {
	var names []string
	for m := time.January; m <= time.December; m++ {
		name := strings.TrimPrefix(locales.Date(lang, time.Date(2023, m, 2, 0, 0, 0, 0, time.UTC)), "2 ")
		names = append(names, strings.TrimSuffix(name, " 2023"))
	}
	return strings.Join(names, "|")
}

// simulatorTypes are the kinds of files that the page loads.
var simulatorTypes = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

func simulatorAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data, err := simulatorFiles.ReadFile("simulator/" + path.Base(name))
	kind := simulatorTypes[path.Ext(name)]
	if err != nil || kind == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(data) // who asked may have left
}
