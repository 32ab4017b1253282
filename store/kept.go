package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store/seal"
)

// Kept is all that the records hold about one person, opened. What it leaves
// out is not about them: hashes, bookkeeping times, and the turns of the last
// days, which hold again what stands here.
type Kept struct {
	Member    Member
	Addresses []Address // the oldest first
	Consents  []Consent // the oldest first
	Answers   []Answer  // in the order of the questions
	// AnsweredAt is when each question of the profile was last answered, also
	// where the answer was taken back since.
	AnsweredAt map[string]time.Time
	Drafts     []Draft
	Notices    []Notification // what the service said first
	Views      []View         // of their profile, the newest first
	Requests   []ShareRequest // for their profile, the newest first
	Missions   []KeptMission  // that they were told of or have answered
	Ambassador string         // code of the link that they came by; "": none
	Card       DirectoryCard  // zero: none
	Contacts   []Contact      // by the directory, from them and to them, the newest first
	Blocked    int            // people of whom they want nothing by the directory
	Staff      []KeptStaff    // of the chats that took up a role
}

// KeptStaff is what is kept about somebody of the staff.
type KeptStaff struct {
	Staff
	Roles    []KeptRole       // the oldest first, ended ones too
	Missions []KeptMission    // that they were invited to as staff
	Workshop *WorkshopAnswers // what they answered before and after one; nil: nothing
}

// KeptRole is a role that somebody holds or held.
type KeptRole struct {
	Role         Role
	Organisation Organisation
	GrantedAt    time.Time
	EndedAt      time.Time // zero: it lives, as far as is known
	EndedWhy     string
	Digest       string // how often a digest comes: DigestWeek, DigestMonth; "": never
}

// KeptOf gathers what is kept about the person of a chat, over all their
// chats. For staff without a profile Member is empty.
func (r reader) KeptOf(ctx context.Context, chat seal.Chat) (k Kept, found bool, err error) {
	if k.Member, found, err = r.MemberByChat(ctx, chat); err != nil {
		return Kept{}, false, err
	}
	if !found {
		err := r.keptStaff(ctx, &k, chat)
		return k, err == nil && len(k.Staff) > 0, err
	}
	id := k.Member.ID
	if k.Consents, err = r.Consents(ctx, id); err != nil {
		return Kept{}, false, err
	}
	if k.Views, err = r.Views(ctx, id); err != nil {
		return Kept{}, false, err
	}
	if k.Requests, err = r.Requests(ctx, id); err != nil {
		return Kept{}, false, err
	}
	if k.Answers, err = r.ProfileAnswers(ctx, id); err != nil {
		return Kept{}, false, err
	}
	if k.AnsweredAt, err = r.answeredAt(ctx, id); err != nil {
		return Kept{}, false, err
	}
	if k.Notices, err = r.NotificationsTo(ctx, id); err != nil {
		return Kept{}, false, err
	}
	if k.Missions, err = r.keptMissions(ctx, id, uuid.Nil); err != nil {
		return Kept{}, false, err
	}
	if k.Ambassador, err = r.ambassadorOf(ctx, id); err != nil {
		return Kept{}, false, err
	}
	if err := r.keptDirectory(ctx, &k, id); err != nil {
		return Kept{}, false, err
	}
	chats, err := r.chats(ctx, `SELECT chat FROM address WHERE member_id = $1 ORDER BY created_at, chat`, id)
	if err != nil {
		return Kept{}, false, fmt.Errorf("list addresses: %w", err)
	}
	for _, c := range chats {
		if err := r.keptOn(ctx, &k, c); err != nil {
			return Kept{}, false, err
		}
	}
	return k, true, nil
}

// keptOn adds what is kept with one of the person's chats. One that went away
// meanwhile has nothing.
func (r reader) keptOn(ctx context.Context, k *Kept, chat seal.Chat) error {
	if err := r.keptStaff(ctx, k, chat); err != nil {
		return err
	}
	a, found, err := r.AddressOf(ctx, chat)
	if err != nil || !found {
		return err
	}
	k.Addresses = append(k.Addresses, a)
	flows, err := many[struct {
		Flow string `db:"flow"`
	}](ctx, r.q, `SELECT flow FROM draft WHERE chat = ANY($1) ORDER BY flow`, r.index(chat))
	if err != nil {
		return fmt.Errorf("list drafts: %w", err)
	}
	for _, f := range flows {
		d, found, err := r.DraftOf(ctx, chat, f.Flow)
		if err != nil {
			return err
		}
		if found {
			k.Drafts = append(k.Drafts, d)
		}
	}
	return nil
}

// keptStaff adds what is kept where the chat has taken up a role.
func (r reader) keptStaff(ctx context.Context, k *Kept, chat seal.Chat) error {
	s, found, err := r.StaffOf(ctx, chat)
	if err != nil || !found {
		return err
	}
	type roleRow struct {
		Role         Role         `db:"role"`
		Organisation Organisation `db:"organisation"`
		GrantedAt    time.Time    `db:"granted_at"`
		EndedAt      *time.Time   `db:"ended_at"`
		EndedWhy     *string      `db:"ended_why"`
		Digest       string       `db:"digest"`
	}
	rows, err := many[roleRow](ctx, r.q, `
		SELECT r.role, r.organisation, r.granted_at, r.ended_at, r.ended_why, coalesce(d.every, '') AS digest
		FROM role r LEFT JOIN digest d ON d.role_id = r.id WHERE r.staff_id = $1 ORDER BY r.granted_at, r.id`, s.ID)
	if err != nil {
		return fmt.Errorf("list roles of a chat: %w", err)
	}
	kept := KeptStaff{Staff: s}
	for _, row := range rows {
		kept.Roles = append(kept.Roles, KeptRole{
			Role: row.Role, Organisation: row.Organisation, GrantedAt: row.GrantedAt,
			EndedAt: orZero(row.EndedAt), EndedWhy: orZero(row.EndedWhy), Digest: row.Digest,
		})
	}
	if kept.Missions, err = r.keptMissions(ctx, uuid.Nil, s.ID); err != nil {
		return err
	}
	if w, found, err := r.WorkshopOf(ctx, s.ID); err != nil {
		return err
	} else if found {
		kept.Workshop = &w
	}
	k.Staff = append(k.Staff, kept)
	return nil
}

// answeredAt gives the time of each answer of a profile, by question.
func (r reader) answeredAt(ctx context.Context, member uuid.UUID) (map[string]time.Time, error) {
	var raw []byte
	err := r.q.QueryRow(ctx, `SELECT answered_at::text FROM profile WHERE member_id = $1`, member).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read times of answers: %w", err)
	}
	var micros map[string]int64
	if err := json.Unmarshal(raw, &micros); err != nil {
		return nil, fmt.Errorf("read times of answers: %w", err)
	}
	times := make(map[string]time.Time, len(micros))
	for step, at := range micros {
		times[step] = time.UnixMicro(at).UTC()
	}
	return times, nil
}
