package store

import (
	"fmt"
	"time"
)

// Prospects are the people whom an announcement is for, each with what decides
// whether and how it can be told. The count of a dry run asks it by the same
// parts as the plan of the deliveries; a test holds both against each other.
type Prospects struct {
	Reach    Reach
	At       time.Time
	Channels []string // that the service can send by
	Cap      int      // as in Plan
}

// query gives a SELECT of one row a person, its arguments numbered from first
// on:
//
//	member_id, staff_id  one of them, the other NULL
//	channel              of the chat within reach that was heard last; "": none
//	heard_at             when that was; NULL: never
//	language, country    country "" of staff
//	place                the city, else the country
//	capped               enough was told them within CapPeriod
func (p Prospects) query(first int) (sql string, args []any) {
	if p.Reach.Officials {
		return p.officials(first)
	}
	from, args := p.Reach.members(first + 3)
	at, channels, most := fmt.Sprintf("$%d", first), fmt.Sprintf("$%d", first+1), fmt.Sprintf("$%d", first+2)
	return `
		SELECT m.id AS member_id, NULL::uuid AS staff_id, coalesce(a.channel, '') AS channel, a.last_inbound_at AS heard_at, m.language,
			coalesce(m.country_residence, '') AS country, coalesce(m.city_residence, m.country_residence, '') AS place,
			` + most + `::int >= 0 AND ` + capped(`m.id`, at, noAnnouncement) + ` >= ` + most + ` AS capped
		FROM (SELECT m.id, m.language, p.country_residence, p.city_residence FROM ` + from + `) m
		LEFT JOIN LATERAL ` + reachable(`m.id`, channels, ``) + ` a ON true`, append([]any{p.At, p.Channels, p.Cap}, args...)
}

// noAnnouncement stands where none is left out of a count.
const noAnnouncement = `'00000000-0000-0000-0000-000000000000'`

// officials are staff with a live role of an official. They need no consent and
// have no cap: it is their work. Only the language chooses among them.
func (p Prospects) officials(first int) (sql string, args []any) {
	from, args := p.Reach.staff(first+1, p.At)
	return fmt.Sprintf(`
		SELECT NULL::uuid AS member_id, s.id AS staff_id, CASE WHEN s.channel = ANY($%d) THEN s.channel ELSE '' END AS channel,
			s.last_seen_at AS heard_at, s.language, '' AS country, '' AS place, false AS capped
		FROM `, first) + from, append([]any{p.Channels}, args...)
}
