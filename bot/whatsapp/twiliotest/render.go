package twiliotest

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	placeholder = regexp.MustCompile(`\{\{([^{}]*)\}\}`)
	varName     = regexp.MustCompile(`^[A-Za-z0-9_]{1,16}$`)
	// forbidden are the whitespace runs that WhatsApp refuses in a variable
	// (63013). A single line break passes inside the 24 hours.
	forbidden = regexp.MustCompile(` {4}|\t|\n\s*\n`)
)

// fill renders a Content object into the message. Faults of the request are
// answered at once; what only WhatsApp notices makes the message fail later.
func (s *Server) fill(m *record, variables string) *problem {
	if !contentSID.MatchString(m.ContentSID) {
		return &problem{21655, "the ContentSid is invalid"}
	}
	object := s.object(m.ContentSID)
	if object == nil {
		return &problem{21655, "the ContentSid is invalid"}
	}
	values := map[string]string{}
	if variables != "" {
		if err := json.Unmarshal([]byte(variables), &values); err != nil {
			return &problem{21656, "ContentVariables is not an object of strings"}
		}
	}
	for name := range values {
		if _, known := object.Variables[name]; !known {
			return &problem{21656, "a content variable is not in the content"}
		}
	}
	for name := range object.Variables {
		value, ok := values[name]
		switch {
		case !ok || value == "":
			// The real one shows the sample for a missing value, which no
			// caller of ours can want.
			return &problem{21656, "a content variable is missing or empty"}
		case utf8.RuneCountInString(value) > 1600:
			return &problem{21658, "a content variable is too long"}
		case strings.TrimSpace(value) == "" || forbidden.MatchString(value):
			m.errorCode = 63013
		case strings.Contains(value, "\n"):
			m.broken = true
		}
	}
	show := func(text string) string {
		return placeholder.ReplaceAllStringFunc(text, func(found string) string {
			return values[found[2:len(found)-2]]
		})
	}
	types := object.Types
	switch {
	case types.QuickReply != nil:
		m.Body = show(types.QuickReply.Body)
		for _, action := range types.QuickReply.Actions {
			m.Buttons = append(m.Buttons, Choice{ID: show(action.ID), Title: show(action.Title)})
		}
	case types.ListPicker != nil:
		m.Body, m.Opens = show(types.ListPicker.Body), show(types.ListPicker.Button)
		for _, item := range types.ListPicker.Items {
			m.Rows = append(m.Rows, Choice{ID: show(item.ID), Title: show(item.Item), Desc: show(item.Description)})
		}
	case types.Text != nil:
		m.Body = show(types.Text.Body)
	}
	most := 3
	if s.approvals[m.ContentSID].good() {
		most = 10
	}
	if !fits(m.Message, most) {
		m.errorCode = 63021
	}
	return nil
}

// fits holds what the person would see against WhatsApp's own limits; buttons
// are so many at most.
func fits(m Message, buttons int) bool {
	if long(m.Body, 1024) || long(m.Opens, 20) || len(m.Buttons) > buttons || len(m.Rows) > 10 {
		return false
	}
	ids, titles := map[string]bool{}, map[string]bool{}
	for _, button := range m.Buttons {
		if long(button.Title, 20) || titles[button.Title] {
			return false
		}
		titles[button.Title] = true
	}
	for _, row := range m.Rows {
		if long(row.Title, 24) || long(row.Desc, 72) {
			return false
		}
	}
	for _, choice := range append(append([]Choice{}, m.Buttons...), m.Rows...) {
		if long(choice.ID, 200) || ids[choice.ID] || choice.Title == "" || choice.ID == "" {
			return false
		}
		ids[choice.ID] = true
	}
	return true
}

func long(text string, limit int) bool { return utf8.RuneCountInString(text) > limit }
