package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/storetest"
)

func TestKeptIsEverything(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	if _, found, err := db.KeptOf(ctx, db.Keys().Chat("telegram", "1")); found || err != nil {
		t.Errorf("of nobody: %v %v", found, err)
	}
	id, chat := person(t, db, "1", "ABC234")
	stranger, _ := person(t, db, "2", "XYZ789")
	second := db.Keys().Chat("whatsapp", "whatsapp:+15550142")
	yes := store.Consent{ID: uuid.New(), MemberID: id, Purpose: "register", Granted: true, NoticeVersion: "1", Language: "fr", Channel: "telegram", At: morning, MessageID: "m0"}
	no := store.Consent{ID: uuid.New(), MemberID: id, Purpose: "missions", NoticeVersion: "2", Language: "ln", Channel: "whatsapp", At: after(9), MessageID: "m9"}
	theirs := store.Consent{ID: uuid.New(), MemberID: stranger, Purpose: "register", Granted: true, NoticeVersion: "1", Language: "fr", Channel: "telegram", At: morning, MessageID: "m0"}
	draft := store.Draft{Chat: second, Flow: "fund", Version: 3, Step: "fund_amount_usd", Skipped: []string{"fund_horizon"}, Answers: []store.Answer{{Step: "fund_interest", Codes: []string{"yes"}, Text: "Peut-être"}}}
	told := store.Notification{ID: uuid.New(), MemberID: id, Chat: second, Kind: store.NotificationRetention, Attempt: 1, QueuedAt: after(5), DueAt: after(9), State: store.NotificationQueued}
	do(t, db, func(tx *store.Tx) error {
		for _, step := range []func() error{
			func() error {
				return tx.PutAddress(ctx, store.Address{Chat: second, MemberID: id, Channel: "whatsapp", Address: "whatsapp:+15550142", CreatedAt: after(1)})
			},
			func() error { return tx.RecordConsent(ctx, yes) },
			func() error { return tx.RecordConsent(ctx, no) },
			func() error { return tx.RecordConsent(ctx, theirs) },
			func() error { return tx.PutAnswers(ctx, id, after(2), everyAnswer) },
			func() error {
				return tx.PutAnswers(ctx, stranger, after(3), []store.Answer{{Step: "display_name", Text: "Inconnu"}})
			},
			func() error { return tx.PutDraft(ctx, draft, after(4)) },
			func() error { return tx.PutNotification(ctx, told) },
			func() error {
				return tx.PutNotification(ctx, store.Notification{ID: uuid.New(), MemberID: stranger, Kind: store.NotificationRetention, Attempt: 1, QueuedAt: after(5)})
			},
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	draft.UpdatedAt = after(4)
	answered := map[string]time.Time{}
	for _, a := range everyAnswer {
		answered[a.Step] = after(2)
	}
	want := store.Kept{
		Member: store.Member{ID: id, Number: "ABC234", Language: "fr", CreatedAt: morning, RegisteredAt: morning},
		Addresses: []store.Address{
			{Chat: chat, MemberID: id, Channel: "telegram", Address: "1", CreatedAt: morning, LastInboundAt: morning, LastMessageID: "m0"},
			{Chat: second, MemberID: id, Channel: "whatsapp", Address: "whatsapp:+15550142", CreatedAt: after(1)},
		},
		Consents: []store.Consent{yes, no}, Answers: everyAnswer, AnsweredAt: answered, Drafts: []store.Draft{draft},
		Notices: []store.Notification{told},
		Views:   []store.View{}, Requests: []store.ShareRequest{},
	}
	for _, c := range []store.Address{{Chat: chat}, {Chat: second}} { // whichever phone asks
		got, found, err := db.KeptOf(ctx, c.Chat)
		if err != nil || !found {
			t.Fatal(found, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// leftOut are the columns about people that nobody is given, and why.
var leftOut = map[string]string{
	"member.silent_since":     "empty for whoever has a chat to ask in",
	"member.recovery_hash":    "a hash, of no use to its owner",
	"member.id":               "names the row, no person",
	"*.member_id":             "names the row, no person",
	"consent.id":              "names the row, no person",
	"*.chat":                  "a hash of the address, which is given",
	"*.recorded_at":           "bookkeeping",
	"profile.updated_at":      "the newest of answered_at",
	"profile.returnee":        "the same as one answer for country_residence",
	"draft_answer.updated_at": "at most that of its draft",
	"address.linked_at":       "when a channel was joined: the person sees it by « lier »",
	"notice.id":               "names the row, no person",
	"notice.rank":             "tells late news of the state from early news",
	"link_code.hash":          "a hash of a code, of no use after 15 minutes",
	"link_code.expires_at":    "of that code",
	"link_code.used_at":       "of that code",
	"staff.id":                "names the row, no person",
	"turn.message_id":         "a mark against doing things twice, gone in 7 days",
	"turn.at":                 "of that mark",
	"turn.sealed_result":      "what was said once: the number, which is given, and the recovery code, a secret",

	"profile_view.id":          "names the row, no person",
	"profile_view.role_id":     "names the row: role and organisation are given",
	"profile_view.request_id":  "names the row: the request is given",
	"share_request.id":         "names the row, no person",
	"share_request.role_id":    "names who asks, whose role and organisation are given once they saw the profile",
	"share_request.consent_id": "names the row: the consent is given",

	"member.ambassador_id":     "names the link: its code is given",
	"notice.announcement_id":   "names what the notice is about",
	"notice.mission_id":        "names what the notice is about",
	"delivery.id":              "names the row, no person",
	"delivery.announcement_id": "names the announcement, whose mission is given",
	"*.staff_id":               "names the row, no person",
	"delivery.rank":            "tells late news of the state from early news",
	"rsvp.id":                  "names the row, no person",
	"rsvp.mission_id":          "names the mission, which is given",
	"rsvp.door_hash":           "a hash of the door code, of no use to its owner",
	"feedback.id":              "names the row, no person",
	"feedback.mission_id":      "names the mission, which is given",

	"directory_contact.id":           "names the row, no person",
	"directory_contact.addressee_id": "names the other person: nobody is told who they are",
	"directory_contact.card_id":      "the same",
	"directory_block.blocked_id":     "the same: how many there are is given",
	"directory_block.at":             "of that",
}

// handedOut are the columns about people that Kept holds, beside the answers.
var handedOut = map[string]string{
	"member":       "number language synthetic created_at registered_at",
	"address":      "channel sealed_address created_at last_inbound_at last_message_id unreachable_at",
	"consent":      "purpose granted notice_version language channel at message_id",
	"profile":      "province_group target_group profession_text city_text answered_at",
	"draft":        "flow version step skipped updated_at",
	"draft_answer": "flow step codes sealed_text",
	"notice":       "kind attempt queued_at due_at state settled_at",
	"staff":        "channel sealed_address language joined_at last_seen_at",

	"profile_view": "role organisation purpose at",
	"delivery":     "channel language country place state reason means attempt due_at started_at settled_at provider_id",
	"rsvp":         "answer guests waiting arrived_at at",
	"feedback":     "attended useful sealed_text at",

	"directory_card":    "id shows sealed_name sealed_link created_at updated_at",
	"directory_contact": "sealed_name sealed_text sent_at expires_at told_at answer answered_at sealed_reply reply_told_at",

	"share_request": "sealed_institution sealed_purpose asked_at expires_at answer answered_at told_at",
}

// TestKeptKnowsEveryColumn fails for a table or column about people that is
// neither handed out nor left out for a reason: whoever adds one must decide.
func TestKeptKnowsEveryColumn(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), storetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `
		SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c
		WHERE c.table_schema = 'public' AND (c.table_name = 'member' OR EXISTS (
			SELECT FROM information_schema.columns k
			WHERE k.table_schema = 'public' AND k.table_name = c.table_name AND k.column_name IN ('member_id', 'chat')))`)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(columns) < 40 {
		t.Fatal(len(columns), err)
	}
	given := map[string]bool{}
	for _, a := range everyAnswer {
		given["profile."+a.Step] = true
	}
	for table, names := range handedOut {
		for name := range strings.FieldsSeq(names) {
			given[table+"."+name] = true
		}
	}
	for _, column := range columns {
		_, name, _ := strings.Cut(column, ".")
		_, decided := leftOut[column]
		_, everywhere := leftOut["*."+name]
		if !decided && !everywhere && !given[column] {
			t.Errorf("%s is about a person: hand it out in Kept and bot/effects, or say here why not", column)
		}
	}
}
