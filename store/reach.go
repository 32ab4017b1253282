package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Reach says whom an announcement is for. Places are joined by or and count as
// one condition; conditions are joined by and. An empty condition is none.
// Whatever it says, only members are meant who are registered and agree to be
// told of missions.
type Reach struct {
	Countries     []string // ISO 3166-1 alpha-2; with Cities joined by or
	Cities        []string // ids of locales/reference
	Sectors       []string
	Groups        []string // profession groups
	Professions   []string
	Contributions []string // one of them at least
	Spoken        []string // languages that the member speaks, one of them at least
	Languages     []string // of the conversation
	// Qualified is the definition of qualified members over their codes.
	Qualified *Qualified
	// Officials: staff with the role of an official, instead of members.
	Officials bool
	// Coming: who has said yes or maybe to this mission.
	Coming uuid.UUID
	// Told: everyone whom one of these announcements has reached, or may have
	// reached.
	Told []uuid.UUID
	// Asking: it is asked for somebody who asks what there is, so that they need
	// not have agreed to be told.
	Asking bool
}

// Qualified names the codes of the members that count as qualified: a level of
// education, or practice in a profession, or in a group all of whose
// professions count.
type Qualified struct {
	Levels      []string
	Professions []string
	Groups      []string // where the profession does not say
	Unskilled   []string // professions that do not count whatever their group
	Practised   []string // bands of experience
}

// members is the source of a query over the members meant: tables m (member)
// and p (profile), with the consent asked. args are numbered from first on.
func (f Reach) members(first int) (from string, args []any) {
	from = `member m JOIN profile p ON p.member_id = m.id`
	if !f.Asking {
		from += ` JOIN LATERAL (SELECT granted FROM consent WHERE member_id = m.id AND purpose = 'missions' ORDER BY at DESC, id DESC LIMIT 1) agreed ON agreed.granted`
	}
	from += ` WHERE m.registered_at IS NOT NULL`
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", first+len(args)-1)
	}
	switch {
	case len(f.Countries) > 0 && len(f.Cities) > 0:
		from += ` AND (p.country_residence = ANY(` + arg(f.Countries) + `) OR p.city_residence = ANY(` + arg(f.Cities) + `))`
	case len(f.Countries) > 0:
		from += ` AND p.country_residence = ANY(` + arg(f.Countries) + `)`
	case len(f.Cities) > 0:
		from += ` AND p.city_residence = ANY(` + arg(f.Cities) + `)`
	}
	for _, c := range []struct {
		is    string // with the codes behind it
		codes []string
	}{
		{`p.sector = ANY(%s)`, f.Sectors}, {`p.profession_group = ANY(%s)`, f.Groups}, {`p.profession = ANY(%s)`, f.Professions},
		{`m.language = ANY(%s)`, f.Languages}, {`p.contribution_types && %s`, f.Contributions}, {`p.languages && %s`, f.Spoken},
	} {
		if len(c.codes) > 0 {
			from += ` AND ` + fmt.Sprintf(c.is, arg(c.codes))
		}
	}
	if q := f.Qualified; q != nil {
		from += ` AND (p.education_level = ANY(` + arg(q.Levels) + `) OR p.experience_years = ANY(` + arg(q.Practised) + `)
			AND (p.profession = ANY(` + arg(q.Professions) + `)
				OR p.profession_group = ANY(` + arg(q.Groups) + `) AND coalesce(p.profession, '') <> ALL(` + arg(q.Unskilled) + `)))`
	}
	if f.Coming != uuid.Nil {
		from += ` AND EXISTS (SELECT FROM rsvp r WHERE r.mission_id = ` + arg(f.Coming) + ` AND r.member_id = m.id AND r.answer IN ('yes', 'maybe'))`
	}
	if len(f.Told) > 0 {
		from += ` AND EXISTS (SELECT FROM delivery d WHERE d.announcement_id = ANY(` + arg(f.Told) + `) AND d.member_id = m.id AND d.state IN ('sent', 'delivered', 'read', 'unknown'))`
	}
	return from, args
}

// staff is the same over officials: table s, who hold the role at a time. Those
// of a mission who come, or were told of it, are meant besides the members.
func (f Reach) staff(first int, at time.Time) (from string, args []any) {
	from = fmt.Sprintf(`staff s WHERE s.chat IS NOT NULL AND s.last_seen_at > $%d
		AND EXISTS (SELECT FROM role r WHERE r.staff_id = s.id AND r.role = 'official' AND r.ended_at IS NULL)`, first)
	args = append(args, at.Add(-RoleSilence))
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", first+len(args)-1)
	}
	if len(f.Languages) > 0 {
		from += ` AND s.language = ANY(` + arg(f.Languages) + `)`
	}
	if f.Coming != uuid.Nil {
		from += ` AND EXISTS (SELECT FROM rsvp r WHERE r.mission_id = ` + arg(f.Coming) + ` AND r.staff_id = s.id AND r.answer IN ('yes', 'maybe'))`
	}
	if len(f.Told) > 0 {
		from += ` AND EXISTS (SELECT FROM delivery d WHERE d.announcement_id = ANY(` + arg(f.Told) + `) AND d.staff_id = s.id AND d.state IN ('sent', 'delivered', 'read', 'unknown'))`
	}
	return from, args
}
