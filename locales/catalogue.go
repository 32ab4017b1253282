package locales

import (
	"embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed fr.toml en.toml ln.toml
var files embed.FS

// catalogue is one language, read.
type catalogue struct {
	lang      Lang
	static    map[Key]string // what needs no work: no field, no plural
	messages  map[Key]message
	localizer *i18n.Localizer
}

type message struct {
	source string   // the form "other", as written
	fields []string // names of the template fields in any form, sorted
	plural bool
}

type catalogues struct {
	of   [len(Langs)]catalogue
	keys []Key // of the master, sorted
	err  error
}

// all reads the three files once, at the first text asked for.
var all = sync.OnceValue(func() *catalogues {
	read := map[Lang][]byte{}
	for _, lang := range Langs {
		data, err := files.ReadFile(lang.String() + ".toml")
		if err != nil {
			return &catalogues{err: fmt.Errorf("read catalogue %s: %w", lang, err)}
		}
		read[lang] = data
	}
	return parse(read)
})

// parse never gives up: a file with a fault leaves its language empty, and the
// fault is in err.
func parse(read map[Lang][]byte) *catalogues {
	bundle := i18n.NewBundle(language.French)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	all := &catalogues{}
	for _, lang := range Langs {
		c := catalogue{lang: lang, static: map[Key]string{}, messages: map[Key]message{}}
		file, err := bundle.ParseMessageFileBytes(read[lang], lang.String()+".toml")
		if err != nil {
			all.err = errors.Join(all.err, fmt.Errorf("parse catalogue %s: %w", lang, err))
			all.of[lang] = c
			continue
		}
		for _, m := range file.Messages {
			c.add(m)
		}
		all.of[lang] = c
	}
	for _, lang := range Langs {
		all.of[lang].localizer = i18n.NewLocalizer(bundle, lang.String())
	}
	for key := range all.of[FR].messages {
		all.keys = append(all.keys, key)
	}
	slices.Sort(all.keys)
	return all
}

var field = regexp.MustCompile(`\{\{\s*\.([\pL_][\pL\pN_]*)\s*\}\}`)

func (c *catalogue) add(m *i18n.Message) {
	key := Key(m.ID)
	made := message{source: m.Other, plural: m.One != "" || m.Many != ""}
	for _, form := range []string{m.One, m.Many, m.Other} {
		for _, found := range field.FindAllStringSubmatch(form, -1) {
			made.fields = append(made.fields, found[1])
		}
	}
	slices.Sort(made.fields)
	made.fields = slices.Compact(made.fields)
	c.messages[key] = made
	if !made.plural && !strings.Contains(m.Other, "{{") {
		c.static[key] = m.Other
	}
}
