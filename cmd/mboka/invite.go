package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"rsc.io/qr"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
)

type inviteCmd struct {
	Role    string        `required:"" enum:"coordinator,approver,official,auditor,admin" help:"coordinator, approver, official, auditor or admin."`
	Org     string        `required:"" enum:"iom,ministry,association,other" help:"For whom: iom, ministry, association or other."`
	Expires time.Duration `default:"48h" help:"For how long the code is good: from 1m to 336h (14 days)."`
	PNG     string        `name:"png" type:"path" help:"Write the links as QR codes: to FILE-telegram.png and FILE-whatsapp.png."`
}

// Help is the part of --help that explains.
func (inviteCmd) Help() string {
	return `Prints a code that gives the role once, to the chat that writes it first, and
links that write it. It is shown here only: what is kept is a hash. Hand it over
by a way that you trust, to that person alone.

  mboka invite --role official --org ministry --expires 48h --png invite.png

Who may do what: README, "Who may do what". Take a role back: mboka roles.
`
}

// Validate makes a wrong --expires a fault of usage.
func (c inviteCmd) Validate() error {
	if c.Expires < store.InviteMinLife || c.Expires > store.InviteMaxLife {
		return fmt.Errorf("--expires is %s: from %s to %s", c.Expires, store.InviteMinLife, store.InviteMaxLife)
	}
	return nil
}

// Run makes an invitation.
func (c inviteCmd) Run(e *world) error {
	cfg, err := readConfig(e.vars, need{database: true, keys: true})
	if err != nil {
		return err
	}
	db, err := store.Open(e.ctx, cfg.DatabaseURL, cfg.keys)
	if err != nil {
		return err
	}
	defer db.Close()
	code, invite, err := newInvite(e.ctx, db, cfg.keys, e.random, e.tempo.clock(), c.Expires, store.Role(c.Role), store.Organisation(c.Org))
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "Good once, until %s UTC, for the role of %s (%s):\n\n  %s\n\nTo be written to the bot in a private chat:\n\n  %s\n",
		invite.ExpiresAt.UTC().Format("2006-01-02 15:04"), bot.RoleName(locales.EN, invite.Role), bot.OrganisationName(locales.EN, invite.Organisation),
		bot.SpokenJoin(code), joinSentence(code))
	links, faults := joinLinks(e, cfg, code)
	if len(links) > 0 {
		fmt.Fprint(e.out, "\nOr one of these links, which write it:\n\n")
	}
	for _, l := range links {
		fmt.Fprintf(e.out, "  %-9s %s\n", l.channel, l.url)
	}
	for _, f := range faults {
		fmt.Fprintln(e.err, f)
	}
	if c.PNG == "" {
		return nil
	}
	return writeQR(e.out, c.PNG, links)
}

// newInvite draws a code and keeps its hash. The code is nowhere but in the
// answer.
func newInvite(ctx context.Context, db *store.DB, keys *seal.Keys, random io.Reader, now time.Time, life time.Duration, role store.Role, org store.Organisation) (string, store.Invite, error) {
	code, err := bot.NewJoinCode(random)
	if err != nil {
		return "", store.Invite{}, err
	}
	var ids [2]uuid.UUID
	for i := range ids {
		if ids[i], err = uuid.NewRandomFromReader(random); err != nil {
			return "", store.Invite{}, fmt.Errorf("draw an id: %w", err)
		}
	}
	invite := store.Invite{ID: ids[0], Role: role, Organisation: org, CreatedAt: now, ExpiresAt: now.Add(life)}
	err = db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutInvite(ctx, invite, bot.JoinHash(keys, code)); err != nil {
			return err
		}
		return tx.Audit(ctx, store.Entry{ID: ids[1], At: now, Actor: store.ActorOperator, Act: "role.invite", Object: invite.ID.String()})
	})
	return code, invite, err
}

// joinSentence is what is written to take the role up, in the first language of
// the service; the bot understands the others too.
func joinSentence(code string) string {
	word, _, _ := strings.Cut(locales.LabelOf(locales.CmdJoin).In(locales.FR), "|")
	return word + " " + bot.SpokenJoin(code)
}

// joinLink opens a chat with the bot, with the code in it.
type joinLink struct{ channel, url string }

// joinLinks are those of the channels that are on. One that cannot be made is
// told as a fault: the code is good all the same.
func joinLinks(e *world, cfg config, code string) (links []joinLink, faults []string) {
	if cfg.telegram() {
		name, err := telegramName(e.ctx, cfg)
		if err != nil {
			faults = append(faults, fmt.Sprintf("No Telegram link, because Telegram did not tell the bot's name: %v", err))
		} else {
			links = append(links, joinLink{"telegram", "https://t.me/" + name + "?start=" + bot.JoinPayload(code)})
		}
	}
	if cfg.whatsapp() && phoneNumber.MatchString(cfg.TwilioFrom) {
		links = append(links, joinLink{"whatsapp", "https://wa.me/" + strings.TrimPrefix(cfg.TwilioFrom, "+") + "?text=" + url.PathEscape(joinSentence(code))})
	}
	return links, faults
}

func telegramName(ctx context.Context, cfg config) (string, error) {
	cfg.TwilioAccount = "" // one channel is enough
	on, err := openChannels(ctx, cfg, nil, discard())
	if err != nil {
		return "", err
	}
	return on.telegram.Me(ctx)
}

// writeQR writes a picture of each link beside FILE, readable by its owner
// alone: whoever scans it has the role.
func writeQR(out io.Writer, path string, links []joinLink) error {
	if len(links) == 0 {
		return errors.New("no QR code was written: there is no link to put into it, because no channel is on here")
	}
	fmt.Fprintln(out)
	ext := filepath.Ext(path)
	for _, l := range links {
		code, err := qr.Encode(l.url, qr.M)
		if err != nil {
			return fmt.Errorf("draw QR code: %w", err)
		}
		file := strings.TrimSuffix(path, ext) + "-" + l.channel + ".png"
		if err := os.WriteFile(file, code.PNG(), 0o600); err != nil {
			return fmt.Errorf("write QR code: %w", err)
		}
		fmt.Fprintf(out, "QR code: %s\n", file)
	}
	return nil
}
