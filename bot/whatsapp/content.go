package whatsapp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	content "github.com/twilio/twilio-go/rest/content/v1"

	"mboka/bot"
)

// Limits of Content objects that are not those of a message.
const (
	maxOpens     = 20  // characters on the button of a list; Meta, interactive list messages
	maxVariables = 100 // twilio.com/docs/content/using-variables-with-content-api
)

// Definition is one Content object: what everybody at one step sees in one
// language. {{1}}, {{2}}… stand for the variables of the text and {{R}} for
// the run in the ids, so that a step needs one object and not one per person.
type Definition struct {
	Language string     `json:"language"`
	Template string     `json:"template"`
	Layout   bot.Layout `json:"layout"`
	Opens    string     `json:"opens,omitempty"`
	Items    []Item     `json:"items"`
}

// Item is one button or row of a Definition.
type Item struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Desc  string `json:"desc,omitempty"`
}

// Hash names the definition by what it shows: hex SHA-256 of its JSON.
func (d Definition) Hash() string {
	raw, err := json.Marshal(d)
	if err != nil {
		panic("whatsapp: a definition holds only strings: " + err.Error())
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Name is the friendly name at Twilio, by which an object created earlier is
// found again.
func (d Definition) Name() string {
	return "mboka_" + d.Language + "_" + d.Hash()[:16]
}

// Define derives the object of a message and the values of its variables. ok
// is false when no object can show the message: no choices, a label or the
// text over WhatsApp's limits, a text without Template, or one that begins or
// ends with a variable or has two side by side.
func Define(m bot.Message) (def Definition, vars map[string]string, ok bool) {
	vars = map[string]string{}
	if !templated(m, vars) {
		return Definition{}, nil, false
	}
	def = Definition{Language: m.Language, Template: m.Template, Layout: m.Layout}
	if m.Layout == bot.List {
		def.Opens = m.Opens
	}
	for _, choice := range m.Choices {
		id := choice.Payload
		if run, rest, dotted := strings.Cut(choice.Payload, "."); dotted {
			if seen, other := vars["R"]; run == "" || other && seen != run {
				return Definition{}, nil, false
			}
			vars["R"] = run
			id = "{{R}}." + rest
		}
		item := Item{ID: id, Label: choice.Label}
		if m.Layout == bot.List {
			item.Desc = choice.Desc
		}
		if strings.Contains(choice.Payload+item.Label+item.Desc, "{{") {
			return Definition{}, nil, false
		}
		def.Items = append(def.Items, item)
	}
	if def.check() != nil || def.checkRendered(vars) != nil {
		return Definition{}, nil, false
	}
	return def, vars, true
}

// templated fills in the variables of the text. It is false when the template
// would not show the text.
func templated(m bot.Message, vars map[string]string) bool {
	pairs := make([]string, 0, 2*len(m.Variables))
	for i, value := range m.Variables {
		pairs = append(pairs, "{{"+strconv.Itoa(i+1)+"}}", value)
	}
	if m.Template == "" || strings.NewReplacer(pairs...).Replace(m.Template) != m.Text {
		return false
	}
	all := placeholder.FindAllStringSubmatch(m.Template, -1)
	if len(all) != strings.Count(m.Template, "{{") {
		return false
	}
	for _, found := range all {
		n, err := strconv.Atoi(found[1])
		if err != nil || n < 1 || n > len(m.Variables) {
			return false
		}
		vars[found[1]] = tidy(m.Variables[n-1])
	}
	return true
}

// placeholder is a variable; names have at most 16 characters and no spaces
// (twilio.com/docs/content/using-variables-with-content-api).
var placeholder = regexp.MustCompile(`\{\{([A-Za-z0-9_]{1,16})\}\}`)

var (
	spaces = regexp.MustCompile(`[ \t\f\v]+`)
	lines  = regexp.MustCompile(` ?(?:\r\n|\r|\n)[\s]*`)
)

// tidy makes a value fit for a variable: Twilio refuses runs of spaces (63013,
// 21656), and a value must not be taken for a variable itself.
func tidy(value string) string {
	value = spaces.ReplaceAllString(value, " ")
	value = lines.ReplaceAllString(value, "\n")
	value = strings.ReplaceAll(value, "{{", "{ {")
	return strings.TrimSpace(value)
}

// check holds a definition against the limits of Content objects. The error
// names the fault, not the text.
func (d Definition) check() error {
	caps := bot.WhatsAppCapabilities
	most, title := caps.Rows, caps.RowTitle
	switch d.Layout {
	case bot.Buttons:
		most, title = caps.Buttons, caps.ButtonTitle
	case bot.List:
		if d.Opens == "" || tooLong(d.Opens, maxOpens) {
			return fmt.Errorf("the opening button needs 1 to %d characters", maxOpens)
		}
	default:
		return errors.New("nothing to tap")
	}
	if len(d.Items) < 1 || len(d.Items) > most {
		return fmt.Errorf("%d choices where 1 to %d can be shown", len(d.Items), most)
	}
	if err := checkBody(d.Template); err != nil {
		return err
	}
	if len(d.variables()) > maxVariables {
		return fmt.Errorf("more than %d variables", maxVariables)
	}
	ids, labels := map[string]bool{}, map[string]bool{}
	for _, item := range d.Items {
		switch {
		case item.ID == "" || item.Label == "" || strings.ContainsAny(item.Label+item.Desc+item.ID, "\r\n"):
			return errors.New("a choice is empty or has a line break")
		case tooLong(item.Label, title) || tooLong(item.Desc, caps.RowDesc) || len(item.ID) > caps.Payload:
			return errors.New("a choice is too long")
		case ids[item.ID], labels[item.Label]:
			return errors.New("two choices are the same")
		}
		ids[item.ID], labels[item.Label] = true, true
	}
	return nil
}

func checkBody(body string) error {
	bare := strings.TrimSpace(body)
	if bare == "" || tooLong(body, bot.WhatsAppCapabilities.Body) {
		return fmt.Errorf("the text needs 1 to %d characters", bot.WhatsAppCapabilities.Body)
	}
	end := 0
	for i, at := range placeholder.FindAllStringIndex(bare, -1) {
		if strings.TrimSpace(bare[end:at[0]]) == "" {
			if i == 0 {
				return errors.New("the text begins with a variable")
			}
			return errors.New("the text has two variables side by side")
		}
		end = at[1]
	}
	if end == len(bare) {
		return errors.New("the text ends with a variable")
	}
	return nil
}

// checkRendered holds what the person will see against the same limits, since
// Twilio fills in the variables before WhatsApp counts.
func (d Definition) checkRendered(vars map[string]string) error {
	for _, name := range d.variables() {
		if vars[name] == "" {
			return errors.New("a variable is empty")
		}
	}
	caps := bot.WhatsAppCapabilities
	title := caps.RowTitle
	if d.Layout == bot.Buttons {
		title = caps.ButtonTitle
	}
	if tooLong(fill(d.Template, vars), caps.Body) || tooLong(fill(d.Opens, vars), maxOpens) {
		return errors.New("the text is too long")
	}
	for _, item := range d.Items {
		if tooLong(fill(item.Label, vars), title) || tooLong(fill(item.Desc, vars), caps.RowDesc) ||
			len(fill(item.ID, vars)) > caps.Payload {
			return errors.New("a choice is too long")
		}
	}
	return nil
}

func tooLong(s string, limit int) bool { return utf8.RuneCountInString(s) > limit }

func fill(s string, vars map[string]string) string {
	return placeholder.ReplaceAllStringFunc(s, func(found string) string {
		return vars[found[2:len(found)-2]]
	})
}

// variables lists the names of the variables once each, in order of
// appearance.
func (d Definition) variables() []string {
	all := d.Template + d.Opens
	for _, item := range d.Items {
		all += item.ID + item.Label + item.Desc
	}
	var names []string
	seen := map[string]bool{}
	for _, found := range placeholder.FindAllStringSubmatch(all, -1) {
		if !seen[found[1]] {
			seen[found[1]] = true
			names = append(names, found[1])
		}
	}
	return names
}

// request is the definition as the Content API takes it.
func (d Definition) request() content.ContentCreateRequest {
	req := content.ContentCreateRequest{
		FriendlyName: d.Name(),
		Language:     contentLanguage(d.Language),
		Variables:    map[string]string{},
	}
	for _, name := range d.variables() {
		// A sample is required for each; a neutral one, since it is what
		// people would see if a value were ever missing.
		req.Variables[name] = "…"
	}
	switch d.Layout {
	case bot.Buttons:
		reply := &content.TwilioQuickReply{Body: d.Template}
		for _, item := range d.Items {
			reply.Actions = append(reply.Actions, content.QuickReplyAction{
				Type: content.QUICKREPLYACTIONTYPE_QUICK_REPLY, Title: item.Label, Id: item.ID,
			})
		}
		req.Types.TwilioQuickReply = reply
	case bot.List:
		list := &content.TwilioListPicker{Body: d.Template, Button: d.Opens}
		for _, item := range d.Items {
			list.Items = append(list.Items, content.ListItem{Id: item.ID, Item: item.Label, Description: item.Desc})
		}
		req.Types.TwilioListPicker = list
	}
	return req
}

// contentLanguage is the language an object is filed under. WhatsApp's list
// has no Lingala and the Content API asks for a supported one (92003); nobody
// sees the label, and these objects are never submitted for approval.
func contentLanguage(language string) string {
	if language == "ln" {
		return "fr"
	}
	return language
}
