package announce

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/flows"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

var noon = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

// office is a desk over a database, with members that a test adds.
type office struct {
	*Desk
	t    *testing.T
	conn *pgx.Conn
	at   time.Time
	n    int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	url := storetest.PostgresURL(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), storetest.ServiceURL(t, url), storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(); conn.Close(context.Background()) })
	yes := func(bot.NoticeKind, string) bool { return true }
	o := &office{t: t, conn: conn, at: noon}
	o.Desk = &Desk{
		DB: db, Keys: storetest.Keys(t), Channels: []string{"telegram", "whatsapp"}, Rates: Rates{20, 35},
		Policy: func(context.Context) (store.Policy, error) {
			return store.NewPolicy(map[string]string{"price.default": "0.05"})
		},
		Conditions: func(context.Context) (Conditions, error) {
			return Conditions{Windowed: "whatsapp", Approved: yes, Marketing: yes}, nil
		},
		Understand: func(words string) Meant { // countries by their code alone
			var m Meant
			for word := range strings.FieldsSeq(words) {
				m.Audience.Places = append(m.Audience.Places, Place{Country: strings.ToUpper(word)})
			}
			return m
		},
	}
	return o
}

// chat is one of staff with a role.
func (o *office) chat(name string, role store.Role, org store.Organisation) seal.Chat {
	o.t.Helper()
	chat := o.Keys.Chat("telegram", name)
	err := o.DB.Write(o.t.Context(), func(tx *store.Tx) error {
		_, _, err := tx.Grant(o.t.Context(), store.Staff{ID: uuid.New(), Chat: chat, Channel: "telegram", Address: name, Language: "fr", JoinedAt: o.at, LastSeenAt: o.at}, uuid.New(), role, org)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return chat
}

// join adds members who agree to be told, all alike.
func (o *office) join(n int, country, city, language, channel string) {
	o.t.Helper()
	for _, sql := range []string{
		`INSERT INTO member (id, number, language, created_at, registered_at) SELECT md5('m' || i)::uuid, 'N' || lpad(i::text, 8, '0'), $3, $4, $4 FROM generate_series($1::int, $2::int) i WHERE $5::text || $6 || $7 <> ''`,
		`INSERT INTO profile (member_id, country_residence, city_residence, updated_at) SELECT md5('m' || i)::uuid, $5, nullif($6, ''), $4::timestamptz FROM generate_series($1::int, $2::int) i WHERE $3::text || $7 <> ''`,
		`INSERT INTO consent (id, member_id, purpose, granted, notice_version, language, channel, at, message_id)
			SELECT md5('c' || i)::uuid, md5('m' || i)::uuid, 'missions', true, 'v', $3, $7, $4::timestamptz, i::text FROM generate_series($1::int, $2::int) i WHERE $5::text || $6 <> ''`,
		`INSERT INTO address (chat, member_id, channel, sealed_address, created_at, last_inbound_at)
			SELECT decode(md5('a' || i), 'hex'), md5('m' || i)::uuid, $7, '\x00', $4::timestamptz, $4::timestamptz FROM generate_series($1::int, $2::int) i WHERE $3::text || $5::text || $6 <> ''`,
	} {
		if _, err := o.conn.Exec(o.t.Context(), sql, o.n+1, o.n+n, language, o.at.Add(-time.Hour), country, city, channel); err != nil {
			o.t.Fatal(err)
		}
	}
	o.n += n
}

// ask makes a dry run a minute after the last.
func (o *office) ask(chat seal.Chat, a Audience) (DryRun, error) {
	o.t.Helper()
	o.at = o.at.Add(time.Minute)
	policy, err := o.Policy(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return o.Try(o.t.Context(), a, bot.Looking{Chat: chat, Lang: locales.FR, At: o.at}, policy)
}

func (o *office) value(sql string, args ...any) (n int) {
	o.t.Helper()
	if err := o.conn.QueryRow(o.t.Context(), sql, args...).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

func in(places ...string) Audience {
	var a Audience
	for _, p := range places {
		if len(p) == 2 {
			a.Places = append(a.Places, Place{Country: p})
		} else {
			a.Places = append(a.Places, Place{City: p})
		}
	}
	return a
}

func TestDryRunIsRemembered(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	planner := o.chat("1", store.Coordinator, store.Association)
	o.join(52, "BE", "", "fr", "telegram")
	run, err := o.ask(planner, in("BE"))
	if err != nil || run.Reach.N != 50 {
		t.Fatal(run.Reach, err)
	}
	o.join(1, "BE", "", "fr", "telegram") // 53 rounds to 55: it would tell of one person
	for range 2 {
		if run, err = o.ask(planner, in("BE")); err != nil || run.Reach.N != 50 {
			t.Error("after one more has joined:", run.Reach, err)
		}
	}
	o.join(19, "BE", "", "fr", "telegram")
	if run, err = o.ask(planner, in("BE")); err != nil || run.Reach.N != 70 {
		t.Error("after twenty have joined:", run.Reach, err)
	}
	if n := o.value(`SELECT count(*) FROM dry_run`); n != 2 {
		t.Error("dry runs kept:", n)
	}
	if n := o.value(`SELECT count(*) FROM audit WHERE act = 'mission.dryrun' AND sealed_words IS NOT NULL`); n != 4 {
		t.Error("acts:", n)
	}
	// Repeated for the same message: one act, and the same is told.
	policy, _ := o.Policy(t.Context())
	for range 2 {
		if run, err := o.Try(t.Context(), in("BE"), bot.Looking{Chat: planner, At: o.at}, policy); err != nil || run.Reach.N != 70 {
			t.Error(run.Reach, err)
		}
	}
	if n := o.value(`SELECT count(*) FROM audit WHERE act = 'mission.dryrun'`); n != 4 {
		t.Error("acts after a repeated turn:", n)
	}
	// A month later it is forgotten.
	o.at = o.at.Add(store.DryRunLife)
	planner = o.chat("2", store.Coordinator, store.Association)
	if run, err = o.ask(planner, in("BE")); err != nil || o.value(`SELECT count(*) FROM dry_run`) != 1 {
		t.Error(run.Reach, err)
	}
}

func TestDryRunGuard(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	planner, colleague := o.chat("1", store.Coordinator, store.Association), o.chat("2", store.Coordinator, store.Association)
	stranger := o.chat("3", store.Coordinator, store.Ministry)
	o.join(60, "BE", "", "fr", "telegram")
	o.join(30, "BE", "be-liege", "fr", "telegram")
	o.join(4, "LU", "", "fr", "telegram")
	o.join(25, "FR", "", "ln", "whatsapp")
	try := func(chat seal.Chat, a Audience, want error) {
		t.Helper()
		if _, err := o.ask(chat, a); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", a.Label(locales.FR), err, want)
		}
	}
	try(planner, in("BE"), nil)
	try(planner, in("BE", "LU"), ErrNarrows)       // 4 more
	try(colleague, in("LU", "BE"), ErrNarrows)     // the same organisation
	try(stranger, in("BE", "LU"), nil)             // another one knows nothing
	try(stranger, in("BE"), ErrNarrows)            // and now it does
	try(planner, in("BE", "FR"), nil)              // 25 more
	try(planner, in("BE"), nil)                    // as before
	try(planner, in("LU"), protect.ErrTooFew)      // 4
	try(planner, in("be-liege"), nil)              // 60 less
	try(planner, in("BE", "FR", "LU"), ErrNarrows) // 4 more than BE and FR
	// A part of a list counts too: the French speakers of BE and LU are all there.
	french := in("BE", "LU")
	french.Languages = []string{"fr"}
	try(planner, french, ErrNarrows)
	if n := o.value(`SELECT count(*) FROM audit WHERE act = 'mission.dryrun'`); n != 11 {
		t.Error("acts:", n)
	}
}

func TestDryRunNeedsTheRole(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.join(60, "BE", "", "fr", "telegram")
	for _, chat := range []seal.Chat{o.chat("1", store.Official, store.Ministry), o.Keys.Chat("telegram", "nobody")} {
		if _, err := o.ask(chat, Audience{}); !errors.Is(err, store.ErrNotAllowed) {
			t.Error(err)
		}
		fact, err := o.look(t.Context(), bot.Looking{Chat: chat, At: o.at})
		if err != nil || fact.Args != nil || fact.Answers != nil {
			t.Error(fact, err)
		}
	}
	if n := o.value(`SELECT count(*) FROM audit WHERE act = 'mission.dryrun'`); n != 0 {
		t.Error("acts:", n)
	}
}

func TestDryRunFact(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	planner := o.chat("1", store.Coordinator, store.IOM)
	o.join(300, "BE", "", "fr", "telegram")
	o.join(40, "BE", "be-liege", "ln", "whatsapp")
	o.join(3, "FR", "fr-paris", "fr", "telegram")
	o.join(7, "US", "", "en", "whatsapp")
	for i, c := range []struct {
		answers flows.Answers
		code    string
		text    string
	}{
		{flows.Answers{{Step: StepCountry, Codes: []string{"BE"}}}, DryRunReady, "environ 340 personnes"},
		{flows.Answers{{Step: StepWords, Text: "be"}}, DryRunReady, "environ 340 personnes"},
		{flows.Answers{{Step: StepCountry, Codes: []string{"BE"}}, {Step: StepCity, Codes: []string{"be-liege"}}, {Step: StepKm, Codes: []string{"60"}}}, DryRunReady, "60 km autour de Liège"},
		{flows.Answers{{Step: StepWords, Text: "XX"}}, DryRunUnclear, "ne vont pas ensemble"},
		{flows.Answers{{Step: StepCountry, Codes: []string{"FR"}}}, DryRunFew, "Moins de 5 personnes"},
		{flows.Answers{{Step: StepCountry, Codes: []string{"FR"}}}, DryRunFew, "Cela marcherait : tous les pays"},
		{flows.Answers{{Step: StepCountry, Codes: []string{"BE", "FR"}}}, DryRunNarrow, "très peu de personnes"},
		{flows.Answers{{Step: StepOfficials, Codes: []string{"yes"}}}, DryRunFew, "Moins de 5 personnes"},
	} {
		o.at = o.at.Add(time.Minute)
		fact, err := o.look(t.Context(), bot.Looking{Chat: planner, At: o.at, Lang: locales.FR, Answers: c.answers})
		if err != nil {
			t.Fatal(i, err)
		}
		text, _ := fact.Args["Text"].(string)
		if got := fact.Answers.Code(StepDryRun); got != c.code || !strings.Contains(text, c.text) {
			t.Errorf("%d: %s\n%s", i, got, text)
		}
	}
	forecast, err := o.Forecast(t.Context(), Audience{}, bot.NoticeMission, o.at)
	if err != nil || forecast.Reach() != 350 {
		t.Error(forecast, err)
	}
	o.at = o.at.Add(25 * time.Hour) // the windows close
	forecast, err = o.Forecast(t.Context(), Audience{}, bot.NoticeMission, o.at)
	if err != nil || forecast.Reach() != 343 || forecast.sums().Skipped[store.SkippedTemplate] != 7 {
		t.Error(forecast, err)
	}
	for a, want := range map[string]error{"BE": nil, "FR": protect.ErrTooFew} {
		if err := o.Enough(t.Context(), in(a), o.at); !errors.Is(err, want) {
			t.Error(a, err)
		}
	}
}

// TestDryRunsEnd bounds how many audiences an organisation may try.
func TestDryRunsEnd(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	planner := o.chat("1", store.Coordinator, store.IOM)
	o.join(40, "BE", "", "fr", "telegram")
	o.join(40, "FR", "", "fr", "telegram")
	if _, err := o.ask(planner, in("BE")); err != nil {
		t.Fatal(err)
	}
	for i := range mostDryRuns - 1 { // as if they had been tried
		if _, err := o.conn.Exec(t.Context(), `INSERT INTO dry_run (id, role_id, organisation, at, audience, counts) SELECT $1, role_id, organisation, at,
			$2::jsonb, counts FROM dry_run WHERE audience->'places'->0->>'country' = 'BE' LIMIT 1`, uuid.New(), fmt.Sprintf(`{"places": [{"city": "be-liege", "km": %d}]}`, i+1)); err != nil {
			t.Fatal(err)
		}
	}
	begun := time.Now()
	if _, err := o.ask(planner, in("FR")); !errors.Is(err, errEnough) {
		t.Error(err)
	}
	t.Logf("compared with %d earlier ones in %s", mostDryRuns, time.Since(begun))
	if _, err := o.ask(planner, in("BE")); err != nil {
		t.Error("one that is known:", err)
	}
}
