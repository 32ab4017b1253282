package figures

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// Meetings tells, for whom holds a role, which meetings are to come until a time,
// and what came of those since another one.
type Meetings func(ctx context.Context, tx *store.Tx, held store.Held, lang locales.Lang, since, now, ahead time.Time) (coming, past []string, err error)

// Digests tells staff regularly what has changed. It may run in several replicas
// at once, and be broken off: a period is made once, and handed over until that
// is on record; in the chat it is said once.
type Digests struct {
	Desk     *Desk
	Meetings Meetings
	Notify   func(ctx context.Context, channel, address string, n bot.Notification) error
	// Window is how long after a message a channel lets somebody be written to;
	// 0: at any time.
	Window func(channel string) time.Duration
	// Room is how long a text may be there, in UTF-16 units.
	Room func(channel string) int
}

// digestPage is how many are looked at in one statement.
const digestPage = 200

// Run hands over what is due, and says how many. One that cannot be handed over
// now (quiet hours, the platform's window) is looked at again by the next run;
// a period that has passed is not made up for.
func (g *Digests) Run(ctx context.Context, now time.Time) (said int64, err error) {
	var faults []error
	for _, every := range []string{store.DigestWeek, store.DigestMonth} {
		period := periodOf(every, now)
		for after := uuid.Nil; ; {
			roles, err := g.Desk.DB.DigestsDue(ctx, every, period, now, after, digestPage)
			if err != nil || len(roles) == 0 {
				faults = append(faults, err)
				break
			}
			for _, role := range roles {
				after = role
				told, err := g.tell(ctx, role, every, period, now)
				if store.Unavailable(err) {
					return said, err
				}
				if faults = append(faults, err); told {
					said++
				}
			}
		}
	}
	return said, errors.Join(faults...)
}

// periodOf is the beginning of the week (Monday) or month that a time lies in,
// UTC.
func periodOf(every string, now time.Time) time.Time {
	y, m, d := now.UTC().Date()
	if every == store.DigestMonth {
		return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(y, m, d-(int(now.UTC().Weekday())+6)%7, 0, 0, 0, 0, time.UTC)
}

// before is the beginning of the period before, after that of the next one.
func before(every string, period time.Time) time.Time {
	if every == store.DigestMonth {
		return period.AddDate(0, -1, 0)
	}
	return period.AddDate(0, 0, -7)
}

func after(every string, period time.Time) time.Time {
	if every == store.DigestMonth {
		return period.AddDate(0, 1, 0)
	}
	return period.AddDate(0, 0, 7)
}

// tell makes the digest of a role for a period and hands it over, where now is
// the time for it.
func (g *Digests) tell(ctx context.Context, role uuid.UUID, every string, period, now time.Time) (told bool, err error) {
	var out bot.Notification
	var staff store.Staff
	err = g.Desk.DB.Write(ctx, func(tx *store.Tx) error {
		out = bot.Notification{}
		d, found, err := tx.LockDigest(ctx, role)
		if err != nil || !found || d.Every != every || d.Period.Equal(period) && !d.SaidAt.IsZero() {
			return err
		}
		held, whose, err := tx.HeldRole(ctx, role, now)
		if errors.Is(err, store.ErrNotAllowed) {
			return nil // it has ended since it was listed
		}
		if err != nil {
			return err
		}
		policy, err := g.Desk.Policy(ctx)
		if err != nil {
			return fmt.Errorf("read settings: %w", err)
		}
		if now, err := g.now(ctx, tx, policy, whose, held, now); err != nil || !now {
			return err
		}
		staff = whose
		out, err = g.make(ctx, tx, policy, d, held, whose, period, now)
		return err
	})
	if err != nil || out.ID == "" {
		return false, err
	}
	if err := g.Notify(ctx, staff.Channel, staff.Address, out); err != nil {
		return false, err
	}
	return true, g.Desk.DB.SaidDigest(ctx, role, period, now)
}

// noon ends the morning.
const noon = 12

// now tells whether somebody may be written to: in the morning where they live,
// as far as that is known, outside quiet hours everywhere that they may be, and
// within the platform's window. Who has not opened the chat for longer than that
// is told in the morning after they write.
func (g *Digests) now(ctx context.Context, tx *store.Tx, policy store.Policy, s store.Staff, held store.Held, now time.Time) (bool, error) {
	if w := g.Window(s.Channel); w > 0 && now.Sub(s.LastSeenAt) >= w {
		return false, nil
	}
	country, city := "", ""
	if held.Organisation == store.Ministry {
		country = "CD"
	}
	if m, found, err := tx.MemberByChat(ctx, s.Chat); err != nil {
		return false, err
	} else if found {
		if lives, at, err := tx.PlaceOf(ctx, m.ID); err != nil {
			return false, err
		} else if lives != "" {
			country, city = lives, at
		}
	}
	zones := reference.Zones(country, city)
	return now.In(reference.Zone(zones[0])).Hour() < noon && !policy.Quiet(zones, now), nil
}

// make puts a digest together. That of a period that was made before has the same
// figure.
func (g *Digests) make(ctx context.Context, tx *store.Tx, policy store.Policy, d store.Digest, held store.Held, s store.Staff, period, now time.Time) (bot.Notification, error) {
	lang, _ := locales.ParseLang(s.Language)
	name := "digest:" + d.RoleID.String() + ":" + period.Format(time.DateOnly)
	c := &counter{Desk: g.Desk, ctx: ctx, tx: tx, held: held, lang: lang, rules: Rules(policy),
		d: bot.Doing{Chat: s.Chat, MessageID: name, At: now, Language: s.Language, Running: store.Organisation(policy.OrganisationKind)}}
	title := locales.DigWeek
	if d.Every == store.DigestMonth {
		title = locales.DigMonth
	}
	parts := []string{locales.Text(lang, title, locales.Args{"Date": locales.Date(lang, period)})}
	if store.May(store.AskFigures, held.Role, held.Organisation, c.d.Running) {
		text, err := c.digest(&d, period)
		if err != nil {
			return bot.Notification{}, err
		}
		parts = append(parts, text)
	} else if !d.Period.Equal(period) {
		if err := tx.MadeDigest(ctx, d.RoleID, period, ""); err != nil {
			return bot.Notification{}, err
		}
	}
	coming, past, err := g.Meetings(ctx, tx, held, lang, before(d.Every, period), now, after(d.Every, after(d.Every, period)))
	if err != nil {
		return bot.Notification{}, err
	}
	entry := uuid.NewSHA1(d.RoleID, []byte(name))
	return bot.Notification{
		ID: entry.String(), Key: locales.DigSaid, Args: map[string]string{"Text": fitted(lang, g.Room(s.Channel), parts, coming, past)}, Language: s.Language,
		HeardAt: s.LastSeenAt, QueuedAt: now, Kind: bot.NoticeDigest, Waits: true,
	}, nil
}

// fitted is a digest that has room: the figures in any case, how to end it, and
// of the meetings as many lines as fit, those that lie back furthest left out
// first.
func fitted(lang locales.Lang, room int, figures, coming, past []string) string {
	for ahead, back := len(coming), len(past); ; {
		parts := append(slices.Clone(figures), listed(lang, locales.DigComing, coming[:ahead], len(coming)-ahead))
		if len(coming) == 0 {
			parts[len(figures)] = locales.Text(lang, locales.DigComingNone, nil)
		}
		if len(past) > 0 {
			parts = append(parts, listed(lang, locales.DigPastHead, past[len(past)-back:], len(past)-back))
		}
		text := strings.Join(append(parts, locales.Text(lang, locales.DigStop, nil)), "\n\n")
		switch {
		case len(utf16.Encode([]rune(text))) <= room || ahead+back == 0:
			return text
		case back > 0:
			back--
		default:
			ahead--
		}
	}
}

// listed are lines under a head, with how many more there are.
func listed(lang locales.Lang, head locales.Key, lines []string, more int) string {
	all := append([]string{locales.Text(lang, head, nil)}, lines...)
	if more > 0 {
		all = append(all, locales.Text(lang, locales.DigMore, locales.Args{"Count": more}))
	}
	return strings.Join(all, "\n")
}

// digest is the part with figures: how many there are by country, and what has
// changed since the digest before, by what was published then and now. It goes
// the way of any question, with an id, and is on record.
func (c *counter) digest(d *store.Digest, period time.Time) (string, error) {
	if d.Period.Equal(period) { // it was made, and not handed over
		return c.digested(d.FigureID, d.EarlierID)
	}
	s, found, err := c.snapshot(c.ctx, c.tx)
	if err != nil {
		return "", err
	}
	id := ""
	if found {
		if id, err = c.counted(s, Query{By: []string{country}}); err != nil {
			return "", err
		}
	}
	if err := c.tx.MadeDigest(c.ctx, d.RoleID, period, id); err != nil {
		return "", err
	}
	earlier := d.FigureID
	if earlier == "" {
		earlier = d.EarlierID
	}
	return c.digested(id, earlier)
}

// counted publishes and keeps a figure of the service's own asking; "" where it
// may not be told.
func (c *counter) counted(s *Snapshot, q Query) (string, error) {
	p, err := c.publish(c.ctx, c.tx, s, c.rules, q)
	if withheld(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	id, err := c.keep(s, Figure{Taken: s.Taken, Query: q, Published: p}, true)
	if err != nil {
		return "", err
	}
	return idOf(id), c.audit("figure.digest", id, p.Total.N)
}

// digested says the figures of a digest from what is on record of them.
func (c *counter) digested(id, earlier string) (string, error) {
	was, found, err := c.tx.FigureByID(c.ctx, id)
	if err != nil {
		return "", err
	}
	if !found {
		return locales.Text(c.lang, locales.DigNoFigure, nil), nil
	}
	f, err := onRecord(was)
	if err != nil {
		return "", err
	}
	said := f.Say(c.lang, c.rules)
	then, found, err := c.tx.FigureByID(c.ctx, earlier)
	if err != nil {
		return "", err
	}
	parts := []string{said.Sentence}
	switch {
	case !found:
		parts = append(parts, strings.Join(said.Table, "\n"))
	case then.SnapshotID == was.SnapshotID:
		parts = append(parts, locales.Text(c.lang, locales.DigSame, locales.Args{"Date": locales.Date(c.lang, f.Taken)}))
	default:
		e, err := onRecord(then)
		if err != nil {
			return "", err
		}
		parts = append(parts, f.Since(e, c.lang, c.rules))
	}
	return strings.Join(append(append(parts, said.Notes...), said.Footer), "\n\n"), nil
}
