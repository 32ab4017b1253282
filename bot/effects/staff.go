package effects

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows/staff"
	"mboka/locales"
	"mboka/store"
)

func (r Records) staff() map[string]bot.Effect {
	return map[string]bot.Effect{
		bot.ChatFlow + "." + bot.JoinTried:  r.join,
		bot.ChatFlow + "." + bot.RolesAsked: r.listRoles,
		bot.ChatFlow + "." + bot.AuditAsked: r.lastActs,
		staff.RolesID + "." + staff.Revoked: r.revoke,
	}
}

// id derives an id from the message of a turn: repeated, it is the same.
func (r Records) id(purpose string, d bot.Doing) (uuid.UUID, error) {
	id, err := uuid.FromBytes(r.Keys.Code(purpose, d.Chat.String()+":"+d.MessageID, 16))
	if err != nil {
		return uuid.UUID{}, fmt.Errorf("derive %s id: %w", purpose, err)
	}
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: of our own making
	return id, nil
}

// audit adds an act of a role to the log.
func (r Records) audit(ctx context.Context, tx *store.Tx, d bot.Doing, h store.Held, act, object string, size int) error {
	id, err := r.id("audit "+act+" "+object, d)
	if err != nil {
		return err
	}
	return tx.Audit(ctx, store.Entry{
		ID: id, At: d.At, Actor: store.RoleActor(h.ID), Role: string(h.Role), Organisation: string(h.Organisation),
		Act: act, Object: object, Size: int64(size),
	})
}

// join gives the chat the role of an invitation, once. No member is made for
// it. Of two chats that write a code at the same time the second waits here,
// and is told.
func (r Records) join(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	invite, found, err := tx.InviteByHash(ctx, bot.JoinHash(r.Keys, d.Event.Answer.Text))
	if err != nil {
		return nil, err
	}
	mine, err := tx.RolesOf(ctx, d.Chat, d.At)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, refuse(bot.JoinWrong)
	case holds(mine, invite.RoleID):
		return nil, refuse(bot.JoinOwn)
	case invite.RoleID != uuid.UUID{}:
		return nil, refuse(bot.JoinUsed)
	case !d.At.Before(invite.ExpiresAt):
		return nil, refuse(bot.JoinExpired)
	}
	staffID, err := r.id("staff", d)
	if err != nil {
		return nil, err
	}
	roleID, err := r.id("role", d)
	if err != nil {
		return nil, err
	}
	held, fresh, err := tx.Grant(ctx, store.Staff{
		ID: staffID, Chat: d.Chat, Channel: d.Channel, Address: d.Address, Language: d.Language, JoinedAt: d.At, LastSeenAt: d.At,
	}, roleID, invite.Role, invite.Organisation)
	if err != nil {
		return nil, err
	}
	if !fresh { // the code stays good for somebody else
		return nil, refuse(bot.JoinOwn)
	}
	if err := tx.UseInvite(ctx, invite.ID, held.ID, d.At); err != nil {
		return nil, err
	}
	if err := r.audit(ctx, tx, d, held, "role.grant", invite.ID.String(), 0); err != nil {
		return nil, err
	}
	mine, err = tx.RolesOf(ctx, d.Chat, d.At)
	return map[string]string{
		bot.ResultOutcome: bot.JoinDone, "Role": string(held.Role), "Organisation": string(held.Organisation), bot.ResultRoles: bot.StaffRoles(mine),
	}, err
}

func holds(mine []store.Held, role uuid.UUID) bool {
	for _, h := range mine {
		if h.ID == role {
			return true
		}
	}
	return false
}

// mostShown is how many roles or acts one message lists: the rows of a WhatsApp
// list, and few enough to read.
const mostShown = 10

// listRoles gives the roles that live, by id: who holds them is not told.
func (r Records) listRoles(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	held, err := tx.Allowed(ctx, d.Chat, store.ManageRoles, d.Running, d.At)
	if err != nil {
		return nil, err
	}
	live, err := tx.LiveRoles(ctx, d.At)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, l := range live[:min(len(live), mostShown)] {
		lines = append(lines, strings.Join([]string{l.ID.String(), string(l.Role), string(l.Organisation), l.LastSeenAt.Format(time.DateOnly)}, " "))
	}
	return map[string]string{
		bot.ResultOutcome: bot.StaffListed, "N": strconv.Itoa(len(live)), bot.ResultLines: strings.Join(lines, "\n"),
	}, r.audit(ctx, tx, d, held, "role.list", "", len(live))
}

// revoke ends a role. Its chat is told to forget it, unless it is this one.
func (r Records) revoke(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	held, err := tx.Allowed(ctx, d.Chat, store.ManageRoles, d.Running, d.At)
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(d.Event.Answers.Code(staff.Which))
	if err != nil {
		return nil, refuse(bot.StaffGone)
	}
	gone, whose, found, err := tx.RevokeRole(ctx, id, d.At)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, refuse(bot.StaffGone)
	}
	if err := r.audit(ctx, tx, d, held, "role.revoke", gone.ID.String(), 0); err != nil {
		return nil, err
	}
	left, err := tx.RolesOf(ctx, d.Chat, d.At)
	if err != nil {
		return nil, err
	}
	results := map[string]string{bot.ResultOutcome: bot.StaffRevoked, bot.ResultRoles: bot.StaffRoles(left)}
	if whose.Address != "" && whose.Chat != d.Chat {
		results[bot.ResultElsewhere], err = bot.Elsewhere([]bot.Inbound{{Channel: whose.Channel, Address: whose.Address, Kind: bot.Demoted}})
	}
	return results, err
}

// lastActs gives the newest acts of the log, as short lines.
func (r Records) lastActs(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	held, err := tx.Allowed(ctx, d.Chat, store.ReadAudit, d.Running, d.At)
	if err != nil {
		return nil, err
	}
	acts, err := tx.LastActs(ctx, mostShown)
	if err != nil {
		return nil, err
	}
	lang, _ := locales.ParseLang(d.Language)
	var lines []string
	for _, a := range acts {
		lines = append(lines, actLine(a, lang))
	}
	return map[string]string{bot.ResultOutcome: bot.StaffActs, bot.ResultLines: strings.Join(lines, "\n")},
		r.audit(ctx, tx, d, held, "audit.show", "", len(acts))
}

// actLine is "2026-11-25 14:02 role.grant 1a2b3c4d · official, ministry".
func actLine(a store.Entry, lang locales.Lang) string {
	parts := []string{a.At.UTC().Format("2006-01-02 15:04"), a.Act}
	if a.Object != "" {
		parts = append(parts, shortened(a.Object))
	}
	who := a.Actor
	if a.Role != "" {
		who = bot.RoleName(lang, store.Role(a.Role)) + ", " + bot.OrganisationName(lang, store.Organisation(a.Organisation))
	}
	return strings.Join(parts, " ") + " · " + who
}

// shortened is an object of the log for a line on a phone: enough of an id.
func shortened(object string) string {
	const enough = 24 // longer than any key of a setting
	if id, err := uuid.Parse(object); err == nil {
		return id.String()[:8]
	}
	if len(object) > enough {
		return object[:enough] + "…"
	}
	return object
}

// eraseStaff ends the roles of chats that are erased, and says so in the log.
func (r Records) eraseStaff(ctx context.Context, tx *store.Tx, d bot.Doing, chats []Chat) error {
	ended, err := tx.EraseStaff(ctx, d.At, chats...)
	if err != nil {
		return err
	}
	for _, h := range ended {
		if err := r.audit(ctx, tx, d, h, "role.erase", h.ID.String(), 0); err != nil {
			return err
		}
	}
	return nil
}
