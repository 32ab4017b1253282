package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// ForDirectory is the consent to a public card.
const ForDirectory = "directory"

// What a card may show of the profile, as Card.Shows has it. Beside it there
// are only a name and a link, both as they were given for the card.
const (
	ShowCountry    = "country"
	ShowSector     = "sector"
	ShowProfession = "profession" // as a code, or the group of it
	ShowLanguages  = "languages"
)

// DirectoryCard is a member's public card.
type DirectoryCard struct {
	ID        uuid.UUID // public; another one after a withdrawal
	Shows     []string
	Name      string // sealed on record
	Link      string // sealed on record
	CreatedAt time.Time
	UpdatedAt time.Time
}

type cardRow struct {
	ID        uuid.UUID `db:"id"`
	Shows     []string  `db:"shows"`
	Name      []byte    `db:"sealed_name"`
	Link      []byte    `db:"sealed_link"`
	CreatedAt time.Time `db:"created_at"`
	UpdatedAt time.Time `db:"updated_at"`
}

// CardOf finds a member's card.
func (r reader) CardOf(ctx context.Context, member uuid.UUID) (c DirectoryCard, found bool, err error) {
	row, found, err := one[cardRow](ctx, r.q, `
		SELECT id, shows, sealed_name, sealed_link, created_at, updated_at FROM directory_card WHERE member_id = $1`, member)
	if err != nil || !found {
		return DirectoryCard{}, false, wrapErr("find card", err)
	}
	c = DirectoryCard{ID: row.ID, Shows: row.Shows, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt}
	c.Name, c.Link, err = r.openCard(row.ID, row.Name, row.Link)
	return c, err == nil, wrapErr("find card", err)
}

func (r reader) openCard(id uuid.UUID, sealedName, sealedLink []byte) (name, link string, err error) {
	if name, err = r.openText("directory_card", id.String(), "sealed_name", sealedName); err != nil {
		return "", "", err
	}
	link, err = r.openText("directory_card", id.String(), "sealed_link", sealedLink)
	return name, link, err
}

// PutCard makes a member's card what c says, from c.UpdatedAt on: a new one
// with c.ID, or the one that there is, whose id stays and is given back. The
// consent that it stands on is for RecordConsent to keep.
func (tx *Tx) PutCard(ctx context.Context, member uuid.UUID, c DirectoryCard) (id uuid.UUID, err error) {
	id, err = tx.putCard(ctx, member, c)
	return id, wrapErr("put card", err)
}

func (tx *Tx) putCard(ctx context.Context, member uuid.UUID, c DirectoryCard) (uuid.UUID, error) {
	if _, found, err := tx.holdMember(ctx, `id = $1`, member); err != nil || !found {
		return uuid.Nil, errors.Join(err, ErrNoMember)
	}
	old, found, err := tx.CardOf(ctx, member)
	if err != nil {
		return uuid.Nil, err
	}
	if found {
		c.ID = old.ID
	}
	name, err := tx.sealText("directory_card", c.ID.String(), "sealed_name", c.Name)
	if err != nil {
		return uuid.Nil, err
	}
	link, err := tx.sealText("directory_card", c.ID.String(), "sealed_link", c.Link)
	if err != nil {
		return uuid.Nil, err
	}
	shows := append([]string{}, c.Shows...) // never NULL
	_, err = tx.tx.Exec(ctx, `
		INSERT INTO directory_card (id, member_id, shows, sealed_name, sealed_link, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6)
		ON CONFLICT (id) DO UPDATE SET shows = excluded.shows, sealed_name = excluded.sealed_name,
			sealed_link = excluded.sealed_link, updated_at = excluded.updated_at
		WHERE directory_card.member_id = excluded.member_id`,
		c.ID, member, shows, name, link, c.UpdatedAt)
	return c.ID, err
}

// DropCard takes a member's card out of the directory, with all that waits to
// be read by its owner. Without a card it does nothing.
func (tx *Tx) DropCard(ctx context.Context, member uuid.UUID) error {
	// As PutCard and SendContact: what is under way has come before, or finds nothing.
	if _, _, err := tx.holdMember(ctx, `id = $1`, member); err != nil {
		return wrapErr("drop card", err)
	}
	if _, err := tx.tx.Exec(ctx, `DELETE FROM directory_card WHERE member_id = $1`, member); err != nil {
		return wrapErr("drop card", err)
	}
	return tx.dropUnanswered(ctx, member)
}

// PublicCard is a card as everybody may read it. What the member does not show
// is empty.
type PublicCard struct {
	ID         uuid.UUID
	Place      string // in the order of the day, for CardQuery.After
	Name, Link string
	Country    string
	Sector     string
	Group      string // of the profession
	Profession string
	Languages  []string
	Synthetic  bool
}

type publicRow struct {
	ID         uuid.UUID `db:"id"`
	Place      string    `db:"place"`
	Name       []byte    `db:"sealed_name"`
	Link       []byte    `db:"sealed_link"`
	Country    *string   `db:"country"`
	Sector     *string   `db:"sector"`
	Group      *string   `db:"profession_group"`
	Profession *string   `db:"profession"`
	Languages  []string  `db:"languages"`
	Synthetic  bool      `db:"synthetic"`
}

// typedCode is the code of a profession that was typed. The card shows the group
// of it, as where none was given, and is found as such: whether somebody typed
// one is on no card.
const typedCode = "other"

// liveCards are the cards whose members say yes, with what they show: by it
// alone cards are found, so that nobody is found by what they do not show. $1
// is what the order of the day hangs on.
const liveCards = `
	SELECT * FROM (
		SELECT c.id, md5($1::text || c.id::text) AS place, c.sealed_name, c.sealed_link, m.synthetic,
			CASE WHEN 'country' = ANY(c.shows) THEN p.country_residence END AS country,
			CASE WHEN 'sector' = ANY(c.shows) THEN p.sector END AS sector,
			CASE WHEN 'profession' = ANY(c.shows) THEN p.profession_group END AS profession_group,
			CASE WHEN 'profession' = ANY(c.shows) THEN nullif(p.profession, '` + typedCode + `') END AS profession,
			CASE WHEN 'languages' = ANY(c.shows) THEN p.languages END AS languages
		FROM directory_card c JOIN member m ON m.id = c.member_id LEFT JOIN profile p ON p.member_id = c.member_id
		WHERE (SELECT k.granted FROM consent k WHERE k.member_id = c.member_id AND k.purpose = '` + ForDirectory + `' ORDER BY k.at DESC, k.id DESC LIMIT 1)
	) live`

// CardQuery looks for cards. What is empty is not looked at.
type CardQuery struct {
	Country, Sector, Group, Profession string
	// Order is the secret that the order hangs on: with another one the same
	// cards come in another order.
	Order string
	After string // PublicCard.Place of the last one that was seen
	Most  int
}

const matching = `
	($2 = '' OR country = $2) AND ($3 = '' OR sector = $3) AND ($4 = '' OR profession_group = $4) AND ($5 = '' OR profession = $5)`

// PublicCards gives the next cards in an order that tells nothing about who
// came when.
func (r reader) PublicCards(ctx context.Context, q CardQuery) ([]PublicCard, error) {
	rows, err := many[publicRow](ctx, r.q, liveCards+` WHERE `+matching+` AND place > $6 ORDER BY place LIMIT $7`,
		q.Order, q.Country, q.Sector, q.Group, q.Profession, q.After, q.Most)
	if err != nil {
		return nil, wrapErr("look for cards", err)
	}
	cards := make([]PublicCard, 0, len(rows))
	for _, row := range rows {
		c, err := r.publicCard(row)
		if err != nil {
			return nil, wrapErr("look for cards", err)
		}
		cards = append(cards, c)
	}
	return cards, nil
}

// CountCards counts the cards that fit. It is exact: whoever shows it protects
// it first.
func (r reader) CountCards(ctx context.Context, q CardQuery) (n int, err error) {
	err = r.q.QueryRow(ctx, `SELECT count(*) FROM (`+liveCards+` WHERE `+matching+`) found`, q.Order, q.Country, q.Sector, q.Group, q.Profession).Scan(&n)
	return n, wrapErr("count cards", err)
}

// CardCountries gives the countries that cards show, as codes in their order.
func (r reader) CardCountries(ctx context.Context) ([]string, error) {
	type row struct {
		Country string `db:"country"`
	}
	rows, err := many[row](ctx, r.q, `SELECT DISTINCT country FROM (`+liveCards+`) shown WHERE country IS NOT NULL ORDER BY 1`, "")
	if err != nil {
		return nil, wrapErr("list countries of cards", err)
	}
	codes := make([]string, 0, len(rows))
	for _, r := range rows {
		codes = append(codes, r.Country)
	}
	return codes, nil
}

// PublicCard finds one card by its id. A card that was withdrawn is not there,
// as one that never was.
func (r reader) PublicCard(ctx context.Context, id uuid.UUID) (c PublicCard, found bool, err error) {
	row, found, err := one[publicRow](ctx, r.q, liveCards+` WHERE id = $2`, "", id)
	if err != nil || !found {
		return PublicCard{}, false, wrapErr("find card", err)
	}
	c, err = r.publicCard(row)
	return c, err == nil, wrapErr("find card", err)
}

func (r reader) publicCard(row publicRow) (PublicCard, error) {
	c := PublicCard{
		ID: row.ID, Place: row.Place, Country: orZero(row.Country), Sector: orZero(row.Sector), Group: orZero(row.Group),
		Profession: orZero(row.Profession), Languages: row.Languages, Synthetic: row.Synthetic,
	}
	var err error
	c.Name, c.Link, err = r.openCard(row.ID, row.Name, row.Link)
	return c, err
}
