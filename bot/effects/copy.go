package effects

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/workshop"
	"mboka/locales"
	"mboka/store"
)

// The copy of all that is kept about a person, as JSON. Names and codes are
// those of the records and stay as they are; labels are in the person's
// language. It holds no time of its own making: of the same records it is the
// same file.
type kept struct {
	Format    string             `json:"format"`          // "mboka-copy-1"
	Member    keptMember         `json:"member,omitzero"` // not of staff without a profile
	Answers   []keptAnswer       `json:"answers"`
	Consents  []keptConsent      `json:"consents"`
	Addresses []keptAddress      `json:"addresses"`
	Drafts    []keptDraft        `json:"drafts"`
	Notices   []keptNotification `json:"notices"`
	Views     []keptView         `json:"views"`
	Requests  []keptRequest      `json:"requests"`
	Missions  []keptMission      `json:"missions"`
	Staff     []keptStaff        `json:"staff"`

	Directory keptDirectory `json:"directory"`
}

// keptView is one time that somebody of the staff opened the profile.
type keptView struct {
	Role         string    `json:"role"`
	Organisation string    `json:"organisation"`
	Purpose      string    `json:"purpose"` // contact or share_gov
	At           time.Time `json:"at"`
}

// keptRequest is a request of an institution for the profile.
type keptRequest struct {
	Institution string    `json:"institution"`
	Purpose     string    `json:"purpose"`
	AskedAt     time.Time `json:"asked_at"`
	ExpiresAt   time.Time `json:"expires_at"`
	Answer      string    `json:"answer,omitempty"` // yes or no
	AnsweredAt  time.Time `json:"answered_at,omitzero"`
	PassedAt    time.Time `json:"passed_at,omitzero"` // when the profile went to the institution
}

type keptMember struct {
	Number       string    `json:"number,omitempty"`
	Language     string    `json:"language"`
	CreatedAt    time.Time `json:"created_at"`
	RegisteredAt time.Time `json:"registered_at,omitzero"`
	Synthetic    bool      `json:"synthetic,omitempty"`
	CameBy       string    `json:"came_by,omitempty"` // code of the link that was passed on
}

type keptAnswer struct {
	Question   string    `json:"question"`
	Title      string    `json:"title,omitempty"`
	Codes      []string  `json:"codes,omitempty"`
	Labels     []string  `json:"labels,omitempty"`
	Text       string    `json:"text,omitempty"` // as it was written
	AnsweredAt time.Time `json:"answered_at,omitzero"`
}

type keptConsent struct {
	Purpose       string    `json:"purpose"`
	Title         string    `json:"title,omitempty"`
	Granted       bool      `json:"granted"`
	NoticeVersion string    `json:"notice_version"`
	Language      string    `json:"language"`
	Channel       string    `json:"channel"`
	At            time.Time `json:"at"`
	Message       string    `json:"message"` // the platform's id of the yes or no
}

type keptAddress struct {
	Channel       string    `json:"channel"`
	Address       string    `json:"address"`
	CreatedAt     time.Time `json:"created_at"`
	LastInboundAt time.Time `json:"last_inbound_at,omitzero"`
	LastMessage   string    `json:"last_message,omitempty"`
	UnreachableAt time.Time `json:"unreachable_at,omitzero"`
}

type keptDraft struct {
	Form      string       `json:"form"`
	Version   int          `json:"version"`
	Step      string       `json:"step"`
	Skipped   []string     `json:"skipped,omitempty"`
	Answers   []keptAnswer `json:"answers,omitempty"`
	UpdatedAt time.Time    `json:"updated_at"`
}

// keptNotification is something that the service said first.
type keptNotification struct {
	Kind      string    `json:"kind"`
	Attempt   int       `json:"attempt"`
	QueuedAt  time.Time `json:"queued_at"`
	DueAt     time.Time `json:"due_at,omitzero"`
	State     string    `json:"state"`
	SettledAt time.Time `json:"settled_at,omitzero"`
}

type keptStaff struct {
	Channel    string        `json:"channel"`
	Address    string        `json:"address"`
	Language   string        `json:"language"`
	JoinedAt   time.Time     `json:"joined_at"`
	LastSeenAt time.Time     `json:"last_seen_at"`
	Roles      []keptRole    `json:"roles"`
	Missions   []keptMission `json:"missions"` // they were invited to as staff
	Workshop   *keptWorkshop `json:"workshop,omitempty"`
}

type keptRole struct {
	Role         string    `json:"role"`
	Organisation string    `json:"organisation"`
	Title        string    `json:"title"`
	GrantedAt    time.Time `json:"granted_at"`
	EndedAt      time.Time `json:"ended_at,omitzero"`
	EndedWhy     string    `json:"ended_why,omitempty"`
	Digest       string    `json:"digest,omitempty"`
}

// copies are the two files of /export. Somebody without a record has none.
func (r Records) copies(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	all, found, err := r.DB.KeptOf(ctx, q.Chat)
	if err != nil || !found {
		return flows.Fact{}, err
	}
	k := keptOf(all, q.Lang)
	var doc bytes.Buffer
	write := json.NewEncoder(&doc) // escapes < > &: it can never be read as a page
	write.SetIndent("", "  ")
	if err := write.Encode(k); err != nil {
		return flows.Fact{}, fmt.Errorf("write copy: %w", err)
	}
	return flows.Fact{Args: map[string]any{bot.CopyFiles: []bot.File{
		{Part: "csv", Name: "mboka.csv", Type: "text/csv; charset=utf-8", Title: locales.ExportCsv, Data: table(k, q.Lang)},
		{Part: "json", Name: "mboka.json", Type: "application/json", Title: locales.ExportJson, Data: doc.Bytes()},
	}}}, nil
}

func keptOf(all store.Kept, lang locales.Lang) kept {
	m := all.Member
	k := kept{
		Format: "mboka-copy-1",
		Member: keptMember{Number: spoken(m.Number), Language: m.Language, CreatedAt: m.CreatedAt, RegisteredAt: m.RegisteredAt, Synthetic: m.Synthetic, CameBy: all.Ambassador},
		// Empty lists rather than null, for whoever reads the file.
		Answers: answersKept(all.Answers, all.AnsweredAt, lang), Consents: []keptConsent{}, Addresses: []keptAddress{}, Drafts: []keptDraft{},
		Notices: []keptNotification{}, Missions: missionsKept(all.Missions, lang),
		Views: []keptView{}, Requests: []keptRequest{}, Staff: []keptStaff{},
	}
	k.Directory = directoryKept(all)
	for _, v := range all.Views {
		k.Views = append(k.Views, keptView{Role: string(v.Role), Organisation: string(v.Organisation), Purpose: v.Purpose, At: v.At})
	}
	for _, q := range all.Requests {
		one := keptRequest{
			Institution: q.Institution, Purpose: q.Purpose, AskedAt: q.AskedAt, ExpiresAt: q.ExpiresAt, Answer: q.Answer, AnsweredAt: q.AnsweredAt,
		}
		if q.Passed {
			one.PassedAt = q.ToldAt
		}
		k.Requests = append(k.Requests, one)
	}
	for _, c := range all.Consents {
		k.Consents = append(k.Consents, keptConsent{
			Purpose: c.Purpose, Title: consentTitle(c.Purpose, lang), Granted: c.Granted, NoticeVersion: c.NoticeVersion,
			Language: c.Language, Channel: c.Channel, At: c.At, Message: c.MessageID,
		})
	}
	for _, a := range all.Addresses {
		k.Addresses = append(k.Addresses, keptAddress{
			Channel: a.Channel, Address: a.Address, CreatedAt: a.CreatedAt, LastInboundAt: a.LastInboundAt,
			LastMessage: a.LastMessageID, UnreachableAt: a.UnreachableAt,
		})
	}
	for _, d := range all.Drafts {
		k.Drafts = append(k.Drafts, keptDraft{
			Form: d.Flow, Version: d.Version, Step: d.Step, Skipped: d.Skipped, UpdatedAt: d.UpdatedAt,
			Answers: answersKept(d.Answers, nil, lang),
		})
	}
	for _, n := range all.Notices {
		k.Notices = append(k.Notices, keptNotification{Kind: n.Kind, Attempt: n.Attempt, QueuedAt: n.QueuedAt, DueAt: n.DueAt, State: n.State, SettledAt: n.SettledAt})
	}
	for _, s := range all.Staff {
		one := keptStaff{Channel: s.Channel, Address: s.Address, Language: s.Language, JoinedAt: s.JoinedAt, LastSeenAt: s.LastSeenAt, Roles: []keptRole{}, Missions: missionsKept(s.Missions, lang)}
		for _, r := range s.Roles {
			one.Roles = append(one.Roles, keptRole{
				Role: string(r.Role), Organisation: string(r.Organisation), GrantedAt: r.GrantedAt, EndedAt: r.EndedAt, EndedWhy: r.EndedWhy, Digest: r.Digest,
				Title: bot.RoleName(lang, r.Role) + ", " + bot.OrganisationName(lang, r.Organisation),
			})
		}
		one.Workshop = workshopKept(s.Workshop, lang)
		k.Staff = append(k.Staff, one)
	}
	return k
}

func answersKept(given []store.Answer, at map[string]time.Time, lang locales.Lang) []keptAnswer {
	steps := make(map[string]flows.Step)
	for _, s := range append(asked(), workshop.Questions()...) {
		steps[s.ID] = s
	}
	out := []keptAnswer{}
	for _, a := range given {
		one := keptAnswer{Question: a.Step, Codes: a.Codes, Text: a.Text, AnsweredAt: at[a.Step]}
		if s, known := steps[a.Step]; known {
			one.Title = locales.LabelOf(s.Title).In(lang)
			for _, label := range s.Field.Show(flows.Answered{Step: a.Step, Codes: a.Codes}) {
				one.Labels = append(one.Labels, label.In(lang))
			}
		}
		out = append(out, one)
	}
	return out
}

func consentTitle(purpose string, lang locales.Lang) string {
	for _, n := range consentNames {
		if n.purpose == purpose {
			return locales.LabelOf(n.key).In(lang)
		}
	}
	return ""
}
