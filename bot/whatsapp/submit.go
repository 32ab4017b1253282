package whatsapp

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	content "github.com/twilio/twilio-go/rest/content/v1"

	"mboka/store"
)

// States of a template (twilio.com/docs/whatsapp/tutorial/message-template-approvals-statuses).
// Only an approved one may be sent.
const (
	StateUnsubmitted = "unsubmitted"
	StateApproved    = "approved"
	StateRejected    = "rejected"
)

// TemplateState is one row of what is known about the approved texts.
type TemplateState struct {
	Template
	Row    store.Template // zero: not created yet
	Reason string         // why it was rejected, where Twilio says
}

// SetupTemplates creates and submits what is not there yet, asks Twilio how far
// all are, and makes the channel use those that are approved. known is what the
// records hold; save keeps one row, as soon as it is certain.
//
// A run after a failure or with lost records creates and submits nothing twice:
// objects are found by their names, and what was submitted is asked for first.
// One that somebody deleted is made again under another name, because WhatsApp
// bars a deleted name for 30 days
// (twilio.com/docs/whatsapp/tutorial/send-whatsapp-notification-messages-templates).
func (c *Channel) SetupTemplates(ctx context.Context, known []store.Template, save func(store.Template) error) ([]TemplateState, error) {
	for _, t := range Templates() {
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("template %s: %w", t.Name(), err)
		}
	}
	existing, sids, err := c.list(ctx)
	if err != nil {
		return nil, fmt.Errorf("list contents: %w", err)
	}
	rows := byHash(known)
	var all []TemplateState
	for _, t := range Templates() {
		row := rows[t.Hash()]
		if row.SID == "" || !sids[row.SID] {
			if row, err = c.begin(ctx, t, row, existing); err != nil {
				return all, fmt.Errorf("create template %s: %w", t.Name(), err)
			}
			if err := save(row); err != nil {
				return all, fmt.Errorf("save template %s: %w", t.Name(), err)
			}
		}
		row, reason, err := c.inspect(ctx, row)
		if err == nil && row.State == StateUnsubmitted {
			row, err = c.submit(ctx, t, row)
		}
		if err != nil {
			return all, fmt.Errorf("submit template %s: %w", row.Name, err)
		}
		if err := save(row); err != nil {
			return all, fmt.Errorf("save template %s: %w", row.Name, err)
		}
		rows[t.Hash()] = row
		all = append(all, TemplateState{Template: t, Row: row, Reason: reason})
	}
	c.UseTemplates(rowsOf(all))
	return all, nil
}

// RefreshTemplates asks Twilio how far the templates on record are, keeps it,
// and uses those that are approved. It creates nothing. One that is gone at
// Twilio counts as unsubmitted.
func (c *Channel) RefreshTemplates(ctx context.Context, known []store.Template, save func(store.Template) error) ([]TemplateState, error) {
	rows := byHash(known)
	var all []TemplateState
	for _, t := range Templates() {
		state := TemplateState{Template: t, Row: rows[t.Hash()]}
		if state.Row.SID != "" {
			row, reason, err := c.inspect(ctx, state.Row)
			if err != nil {
				return all, fmt.Errorf("look at template %s: %w", state.Row.Name, err)
			}
			if err := save(row); err != nil {
				return all, fmt.Errorf("save template %s: %w", row.Name, err)
			}
			state.Row, state.Reason = row, reason
		}
		all = append(all, state)
	}
	c.UseTemplates(rowsOf(all))
	return all, nil
}

// TemplateStates is what the records say, without asking Twilio.
func TemplateStates(known []store.Template) []TemplateState {
	rows := byHash(known)
	var all []TemplateState
	for _, t := range Templates() {
		all = append(all, TemplateState{Template: t, Row: rows[t.Hash()]})
	}
	return all
}

func byHash(known []store.Template) map[string]store.Template {
	rows := make(map[string]store.Template, len(known))
	for _, row := range known {
		rows[row.Hash] = row
	}
	return rows
}

func rowsOf(all []TemplateState) []store.Template {
	var rows []store.Template
	for _, s := range all {
		if s.Row.SID != "" {
			rows = append(rows, s.Row)
		}
	}
	return rows
}

// begin finds or makes the Content object of a template. lost is its row where
// the object is gone.
func (c *Channel) begin(ctx context.Context, t Template, lost store.Template, existing map[string]string) (store.Template, error) {
	name := t.Name()
	if lost.SID != "" {
		name += "_" + c.clock().UTC().Format("060102")
	}
	sid, there := existing[name]
	if !there {
		var err error
		if sid, err = c.makeContent(ctx, t.request(name)); err != nil {
			return store.Template{}, err
		}
	}
	return store.Template{
		Kind: string(t.Kind), Language: t.Language, Hash: t.Hash(), SID: sid, Name: name, Category: t.Category,
		State: StateUnsubmitted, CheckedAt: c.clock(),
	}, nil
}

// submit asks for the approval of a template.
func (c *Channel) submit(ctx context.Context, t Template, row store.Template) (store.Template, error) {
	err := c.pacedBy(ctx, brisk, func(request *call) error {
		answer, err := content.NewApiService(request.handler()).CreateApprovalCreate(row.SID, (&content.CreateApprovalCreateParams{}).
			SetContentApprovalRequest(content.ContentApprovalRequest{Name: row.Name, Category: t.Category}))
		if err == nil {
			row.State = word(text(answer.Status), "received")
		}
		return err
	})
	row.CheckedAt = c.clock()
	return row, err
}

// inspect asks how far a template is.
func (c *Channel) inspect(ctx context.Context, row store.Template) (store.Template, string, error) {
	reason := ""
	err := c.pacedBy(ctx, brisk, func(request *call) error {
		answer, err := content.NewApiService(request.handler()).FetchApprovalFetch(row.SID)
		if request.status == 404 {
			row.State = StateUnsubmitted
			return nil
		}
		if err != nil {
			return err
		}
		row.State = StateUnsubmitted
		if answer.Whatsapp == nil {
			return nil
		}
		said := func(field string) string { s, _ := (*answer.Whatsapp)[field].(string); return s }
		row.State, reason = word(said("status"), StateUnsubmitted), said("rejection_reason")
		if category := strings.ToUpper(said("category")); category == Utility || category == Marketing {
			row.Category = category
		}
		return nil
	})
	row.CheckedAt = c.clock()
	return row, reason, err
}

// word is a state as the records take it: at most 40 small letters and
// underscores.
func word(state, other string) string {
	state = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, strings.ToLower(strings.TrimSpace(state)))
	return cmp.Or(state[:min(len(state), 40)], other)
}
