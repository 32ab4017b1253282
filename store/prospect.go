package store

import (
	"fmt"
	"time"
)

// CapSpan is the time in which announcements to one person are counted.
const CapSpan = 30 * 24 * time.Hour

// Prospects are the people whom an announcement is for, each with what decides
// whether and how it can be told. The plan of the deliveries and the count of a
// dry run ask the same question.
type Prospects struct {
	Reach    Reach
	At       time.Time
	Channels []string // that the service can send by
	// Cap is how many first notices a member gets within CapSpan; negative:
	// as many as there are (changes, reminders).
	Cap int
}

// query gives a SELECT of one row a person, its arguments numbered from first
// on:
//
//	member_id, staff_id  one of them, the other NULL
//	channel              of the chat within reach that was heard last; "": none
//	heard_at             when that was; NULL: never
//	language, country    country "" of staff
//	place                the city, else the country
//	capped               enough was told them within CapSpan
func (p Prospects) query(first int) (sql string, args []any) {
	if p.Reach.Officials {
		return p.officials(first)
	}
	from, args := p.Reach.members(first)
	args = append(args, p.Channels)
	channels, capped := fmt.Sprintf("$%d", first+len(args)-1), "false"
	if p.Cap >= 0 {
		next := first + len(args)
		capped = fmt.Sprintf(`(SELECT count(*) FROM delivery d JOIN announcement n ON n.id = d.announcement_id AND n.kind = 'notice'
			WHERE d.member_id = m.id AND d.started_at > $%d AND d.state IN ('sending', 'sent', 'delivered', 'read', 'unknown')) >= $%d`, next, next+1)
		args = append(args, p.At.Add(-CapSpan), p.Cap)
	}
	return `
		SELECT m.id AS member_id, NULL::uuid AS staff_id, coalesce(a.channel, '') AS channel, a.last_inbound_at AS heard_at, m.language,
			coalesce(m.country_residence, '') AS country, coalesce(m.city_residence, m.country_residence, '') AS place, ` + capped + ` AS capped
		FROM (SELECT m.id, m.language, p.country_residence, p.city_residence FROM ` + from + `) m
		LEFT JOIN LATERAL (
			SELECT channel, last_inbound_at FROM address WHERE member_id = m.id AND unreachable_at IS NULL AND channel = ANY(` + channels + `)
			ORDER BY last_inbound_at DESC NULLS LAST, created_at DESC, chat LIMIT 1) a ON true`, args
}

// officials are staff with a live role of an official. They need no consent and
// have no cap: it is their work. Only the language chooses among them.
func (p Prospects) officials(first int) (sql string, args []any) {
	sql = fmt.Sprintf(`
		SELECT NULL::uuid AS member_id, s.id AS staff_id,
			CASE WHEN s.channel = ANY($%d) THEN s.channel ELSE '' END AS channel, s.last_seen_at AS heard_at, s.language, '' AS country, '' AS place, false AS capped
		FROM staff s
		WHERE s.chat IS NOT NULL AND s.last_seen_at > $%d
			AND EXISTS (SELECT FROM role r WHERE r.staff_id = s.id AND r.role = 'official' AND r.ended_at IS NULL)`, first, first+1)
	args = append(args, p.Channels, p.At.Add(-RoleSilence))
	if len(p.Reach.Languages) > 0 {
		sql += fmt.Sprintf(` AND s.language = ANY($%d)`, first+2)
		args = append(args, p.Reach.Languages)
	}
	return sql, args
}
