package whatsapp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	content "github.com/twilio/twilio-go/rest/content/v1"

	"mboka/bot"
)

// Template is a text that WhatsApp approves, or not. It is never changed after
// it was submitted: other words are another template.
type Template struct {
	Kind     bot.NoticeKind `json:"kind"`
	Language string         `json:"language"` // of the words
	Filed    string         `json:"filed"`    // the language that WhatsApp is told
	Category string         `json:"category"`
	// Body has {{1}}, {{2}}… for the fields of the notice.
	Body    string            `json:"body"`
	Buttons []Item            `json:"buttons,omitempty"`
	Samples map[string]string `json:"-"` // by variable; reviewers read them
}

// maxTemplateButtons is how many an approved text may have; without approval it
// is 3 (twilio.com/docs/content/twilio-quick-reply).
const maxTemplateButtons = 10

// runVariable stands in the ids of buttons for the run of the message.
const runVariable = "r"

func variable(i int) string { return strconv.Itoa(i + 1) }

// Hash names a template by what is approved: hex SHA-256 of its JSON.
func (t Template) Hash() string {
	raw, err := json.Marshal(t)
	if err != nil {
		panic("whatsapp: a template holds only strings: " + err.Error())
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Name is the name at WhatsApp: small letters, digits and underscores.
func (t Template) Name() string {
	return "mboka_" + string(t.Kind) + "_" + t.Hash()[:10] + "_" + t.Language
}

// variables lists the names of the variables once each.
func (t Template) variables() []string {
	return Definition{Template: t.Body, Items: t.Buttons}.variables()
}

// check holds a template against the rules, with its samples for values. The
// error names the fault.
func (t Template) check() error {
	if t.Category != Utility && t.Category != Marketing {
		return fmt.Errorf("no category %q", t.Category)
	}
	if err := checkBody(t.Body); err != nil {
		return err
	}
	if strings.Count(t.Body, "{{") != len(placeholder.FindAllString(t.Body, -1)) {
		return errors.New("a variable is malformed")
	}
	names := t.variables()
	if len(names) > maxVariables {
		return fmt.Errorf("more than %d variables", maxVariables)
	}
	for _, name := range names {
		if t.Samples[name] == "" {
			return fmt.Errorf("variable %s has no sample", name)
		}
	}
	if len(t.Buttons) > maxTemplateButtons {
		return fmt.Errorf("more than %d buttons", maxTemplateButtons)
	}
	labels := map[string]bool{}
	for _, b := range t.Buttons {
		switch {
		case b.Label == "" || tooLong(b.Label, bot.WhatsAppCapabilities.ButtonTitle) || strings.Contains(b.Label, "{{"):
			return errors.New("a label is empty, too long or has a variable") // variables in titles only within a session
		case labels[b.Label]:
			return errors.New("two buttons are the same")
		case len(fill(b.ID, t.Samples)) > bot.WhatsAppCapabilities.Payload:
			return errors.New("the id of a button is too long")
		}
		labels[b.Label] = true
	}
	if tooLong(fill(t.Body, t.Samples), bot.WhatsAppCapabilities.Body) {
		return errors.New("the text is too long")
	}
	return nil
}

// flatten makes a value fit for a template: WhatsApp refuses line breaks, tabs
// and four spaces in a row there (twilio.com/docs/api/errors/63013).
func flatten(value string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(value, "{{", "{ {")), " ")
}

// values are those of the variables for one message. ok is false when the
// template cannot say it: a field is missing or empty, it is too long, or a
// button is not one of the message's.
func (t Template) values(m bot.Message) (vars map[string]string, ok bool) {
	vars = map[string]string{}
	names := t.variables()
	run := ""
	for _, b := range t.Buttons {
		rest, needed := strings.CutPrefix(b.ID, "{{"+runVariable+"}}.")
		if !needed {
			continue
		}
		i := slices.IndexFunc(m.Choices, func(c bot.Choice) bool { return strings.HasSuffix(c.Payload, "."+rest) })
		if i < 0 {
			return nil, false
		}
		of := strings.TrimSuffix(m.Choices[i].Payload, "."+rest)
		if run != "" && of != run {
			return nil, false
		}
		run = of
	}
	for _, name := range names {
		if name == runVariable {
			vars[name] = run
			continue
		}
		n, err := strconv.Atoi(name)
		if err != nil || n > len(m.Fields) {
			return nil, false
		}
		vars[name] = flatten(m.Fields[n-1])
	}
	for _, value := range vars {
		if value == "" {
			return nil, false
		}
	}
	return vars, !tooLong(fill(t.Body, vars), bot.WhatsAppCapabilities.Body)
}

// request is the template as the Content API takes it.
func (t Template) request(name string) content.ContentCreateRequest {
	req := content.ContentCreateRequest{FriendlyName: name, Language: t.Filed, Variables: maps.Clone(t.Samples)}
	if req.Variables == nil {
		req.Variables = map[string]string{}
	}
	if len(t.Buttons) == 0 {
		req.Types.TwilioText = &content.TwilioText{Body: t.Body}
		return req
	}
	reply := &content.TwilioQuickReply{Body: t.Body}
	for _, b := range t.Buttons {
		reply.Actions = append(reply.Actions, content.QuickReplyAction{Type: content.QUICKREPLYACTIONTYPE_QUICK_REPLY, Title: b.Label, Id: b.ID})
	}
	req.Types.TwilioQuickReply = reply
	return req
}
