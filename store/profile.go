package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// question says which columns of the profile hold the answer to a question.
type question struct {
	step string
	kind kind
	code string // column of the (first) code, if the kind has one
	text string // column of the sealed text, or of the second code of a place
	// module is the optional form that asks it: until that one is gone through
	// the answer lies in a draft. "": registration and profile ask it.
	module string
}

// The optional forms, as drafts of them are named.
const (
	ModuleContribution = "contribution"
	ModuleFund         = "fund"
)

// kind is how an answer lies in its columns.
type kind int

const (
	single  kind = iota // one code
	country             // one code of ISO 3166-1
	several             // a list of codes
	coded               // one code, a sealed text, or both
	text                // a sealed text
	place               // a group, or a group and a place in it
)

// questions is the whole list of what a profile may hold, in the order in which
// it is asked. A question that is not here cannot reach the profile.
var questions = []question{
	{"age_band", single, "age_band", "", ""},
	{"country_residence", country, "country_residence", "", ""},
	{"education_level", single, "education_level", "", ""},
	{"employment_status", single, "employment_status", "", ""},
	{"field_of_study", single, "field_of_study", "", ""},
	{"sector", single, "sector", "", ""},
	{"profession_group", single, "profession_group", "", ""},
	{"profession", coded, "profession", "profession_text", ""},
	{"experience_years", single, "experience_years", "", ""},
	{"languages", several, "languages", "", ""},
	{"contribution_types", several, "contribution_types", "", ""},
	{"city_residence", coded, "city_residence", "city_text", ""},
	{"years_abroad", single, "years_abroad", "", ""},
	{"sex", single, "sex", "", ""},
	{"display_name", text, "", "display_name", ""},
	{"province_origin", place, "province_group", "province_origin", ""},

	{"availability", single, "availability", "", ModuleContribution},
	{"target_province", place, "target_group", "target_province", ModuleContribution},
	{"target_sector", single, "target_sector", "", ModuleContribution},
	{"offer_text", text, "", "offer_text", ModuleContribution},
	{"barriers", several, "barriers", "", ModuleContribution},
	{"remittance_frequency", single, "remittance_frequency", "", ModuleContribution},
	{"remittance_use", several, "remittance_use", "", ModuleContribution},

	{"fund_interest", single, "fund_interest", "", ModuleFund},
	{"fund_amount_usd", single, "fund_amount_usd", "", ModuleFund},
	{"fund_instrument", single, "fund_instrument", "", ModuleFund},
	{"fund_sector", several, "fund_sector", "", ModuleFund},
	{"fund_horizon", single, "fund_horizon", "", ModuleFund},
	{"fund_main_concern", single, "fund_main_concern", "", ModuleFund},
	{"fund_trust_conditions", several, "fund_trust_conditions", "", ModuleFund},
}

var isoCountry = regexp.MustCompile(`^[A-Z]{2}$`)

// columns gives the names of the columns of a question.
func (q question) columns() []string {
	var names []string
	for _, name := range []string{q.code, q.text} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

func questionOf(a Answer) (question, error) {
	for _, q := range questions {
		if q.step == a.Step {
			return q, q.check(a)
		}
	}
	if err := checkAnswer(a); err != nil {
		return question{}, err // its key may be anything, so it is not repeated
	}
	return question{}, fmt.Errorf("question %s is not in the profile: %w", a.Step, ErrBadAnswer)
}

// check says whether an answer is of the kind that the question takes.
func (q question) check(a Answer) error {
	if err := checkAnswer(a); err != nil {
		return err
	}
	most := map[kind]int{single: 1, country: 1, several: len(a.Codes), coded: 1, place: 2}[q.kind]
	if len(a.Codes) > most {
		return fmt.Errorf("%s with %d codes: %w", q.step, len(a.Codes), ErrBadAnswer)
	}
	if a.Text != "" && q.kind != coded && q.kind != text {
		return fmt.Errorf("%s with a text: %w", q.step, ErrBadAnswer)
	}
	if q.kind == country && len(a.Codes) == 1 && !isoCountry.MatchString(a.Codes[0]) {
		return fmt.Errorf("%s is not a country of ISO 3166-1: %w", q.step, ErrBadAnswer)
	}
	return nil
}

// values gives what to write into the question's columns, in their order.
func (q question) values(r reader, member uuid.UUID, a Answer) ([]any, error) {
	codeAt := func(i int) *string {
		if i < len(a.Codes) {
			return &a.Codes[i]
		}
		return nil
	}
	switch q.kind {
	case single, country:
		return []any{codeAt(0)}, nil
	case several:
		if len(a.Codes) == 0 {
			return []any{nil}, nil
		}
		return []any{a.Codes}, nil
	case place:
		return []any{codeAt(0), codeAt(1)}, nil
	}
	sealed, err := r.sealText("profile", member.String(), q.text, a.Text)
	if err != nil {
		return nil, err
	}
	if q.kind == text {
		return []any{sealed}, nil
	}
	return []any{codeAt(0), sealed}, nil
}

// queueAnswers adds the statements that write answers into a profile. Unless
// they are to win over what is there, an answer given later than at stays. Answers with
// ErrBadAnswer are left out of the batch, the others are in it.
func (r reader) queueAnswers(batch *pgx.Batch, member uuid.UUID, at time.Time, win bool, answers []Answer) error {
	if len(answers) == 0 {
		return nil
	}
	batch.Queue(`
		INSERT INTO profile (member_id, updated_at) VALUES ($1, $2)
		ON CONFLICT (member_id) DO NOTHING`, member, at)
	var wrong []error
	for _, a := range answers {
		q, err := questionOf(a)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		values, err := q.values(r, member, a)
		if err != nil {
			return err
		}
		batch.Queue(q.update(), append([]any{member, at, at.UnixMicro(), win}, values...)...)
	}
	return errors.Join(wrong...)
}

// update is the statement that writes one question's columns.
func (q question) update() string {
	var set strings.Builder
	for i, column := range q.columns() {
		fmt.Fprintf(&set, "%s = $%d, ", column, i+5)
	}
	before := fmt.Sprintf("coalesce((answered_at->>'%s')::bigint, 0)", q.step)
	return fmt.Sprintf(`
		UPDATE profile SET %s
			answered_at = answered_at || jsonb_build_object('%s', greatest($3::bigint, %s)),
			updated_at = greatest(updated_at, $2)
		WHERE member_id = $1 AND ($4 OR %s <= $3)`, set.String(), q.step, before, before)
}

// PutAnswers writes answers into a member's profile, in place of earlier ones.
// An answer with neither codes nor text clears its question. A wrong answer is
// refused with ErrBadAnswer, and then none of them is written.
func (tx *Tx) PutAnswers(ctx context.Context, member uuid.UUID, at time.Time, answers []Answer) error {
	var batch pgx.Batch
	if err := tx.queueAnswers(&batch, member, at, true, answers); err != nil {
		return fmt.Errorf("put answers: %w", err)
	}
	if err := tx.tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("put answers: %w", err)
	}
	return nil
}

// ProfileAnswers gives what a member answered, in the order of the questions.
// A question that is not answered is not in it.
func (r reader) ProfileAnswers(ctx context.Context, member uuid.UUID) ([]Answer, error) {
	var names []string
	for _, q := range questions {
		names = append(names, q.columns()...)
	}
	rows, err := r.q.Query(ctx, `SELECT `+strings.Join(names, ", ")+` FROM profile WHERE member_id = $1`, member)
	if err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	profile, err := pgx.CollectExactlyOneRow(rows, pgx.RowToMap)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	var answers []Answer
	for _, q := range questions {
		a := Answer{Step: q.step}
		for _, column := range q.columns() {
			if err := r.collect(&a, member, column, profile[column]); err != nil {
				return nil, fmt.Errorf("read profile: %w", err)
			}
		}
		if len(a.Codes) > 0 || a.Text != "" {
			answers = append(answers, a)
		}
	}
	return answers, nil
}

// collect adds what a column holds to an answer. A column's type says what it
// is: text is a code, text[] are codes, bytea is a sealed text.
func (r reader) collect(a *Answer, member uuid.UUID, column string, value any) (err error) {
	switch v := value.(type) {
	case nil:
	case string:
		a.Codes = append(a.Codes, v)
	case []any:
		for _, c := range v {
			a.Codes = append(a.Codes, fmt.Sprint(c))
		}
	case []byte:
		a.Text, err = r.openText("profile", member.String(), column, v)
	default:
		err = fmt.Errorf("column %s holds a %T", column, value)
	}
	return err
}

// PlaceOf says where a member lives: codes, "" for what was not answered.
func (r reader) PlaceOf(ctx context.Context, member uuid.UUID) (country, city string, err error) {
	err = r.q.QueryRow(ctx, `
		SELECT coalesce(country_residence, ''), coalesce(city_residence, '') FROM profile WHERE member_id = $1`, member).Scan(&country, &city)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", "", fmt.Errorf("read place: %w", err)
	}
	return country, city, nil
}
