package main

import (
	"bytes"
	"fmt"
	"image"
	_ "image/png" // pictures are PNGs
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// shownNumber is the first number of a text, in any language's grouping.
func shownNumber(t *testing.T, text string) int {
	t.Helper()
	digits := regexp.MustCompile(`\d[\d\s\x{a0}\x{202f}.,]*`).FindString(text)
	n, err := strconv.Atoi(regexp.MustCompile(`\D`).ReplaceAllString(digits, ""))
	if err != nil {
		t.Fatalf("no number in %q", text)
	}
	return n
}

// TestFiguresInTheChat asks the real service on both platforms, in three
// languages, and checks what is said against the records.
func TestFiguresInTheChat(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	db, err := store.Open(t.Context(), s.dbURL, s.keys)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := seed(t.Context(), db, 2000, 4, time.Now()); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.jobsDone()
	rounded := func(where string) int { return (s.number(`SELECT count(*) FROM profile WHERE `+where) + 2) / 5 * 5 }
	var id string
	for _, channel := range []string{"telegram", "whatsapp"} {
		d := s.staffer(t, channel, "official", "ministry")
		asked := func(words string) string {
			t.Helper()
			if said := d.say(words); strings.Join(said, " ") != string(locales.FigSaid) {
				t.Fatalf("after %q: %v\n%s", words, said, d.phone.last())
			}
			said, _, _ := strings.Cut(d.phone.last(), "\n[Excel ")
			said, _, _ = strings.Cut(said, "\n• Excel ")
			return said
		}
		if got := asked("/stats"); !strings.Contains(got, "médecins en Belgique par âge") || shownNumber(t, got) != rounded(`true`) {
			t.Errorf("the card:\n%s", got)
		}
		s.tapped(t, d, asked)
		for _, words := range []string{"/stats professionnels de santé", "combien de professionnels de santé ?", "how many health professionals?", "bato ya kolongono boni?"} {
			got := asked(words)
			if _, rest, ok := strings.Cut(got, "\n"); !ok || shownNumber(t, rest) != rounded(`profession_group = 'health'`) {
				t.Errorf("after %q, want %d:\n%s", words, rounded(`profession_group = 'health'`), got)
			}
		}
		got := asked("chiffres âge x sexe")
		if !strings.Contains(got, "25-34 ans") || strings.Count(got, "\n") < 8 {
			t.Errorf("a table:\n%s", got)
		}
		id = regexp.MustCompile(`F-[2-9A-Z]{5}`).FindString(got)
		s.pictured(t, d)
		again := asked("/explain " + id)
		if !strings.HasPrefix(again, strings.TrimSpace(strings.TrimSuffix(got, "(ou écrivez votre choix)"))) || !strings.Contains(again, "10 personnes") {
			t.Errorf("explained:\n%s\nasked:\n%s", again, got)
		}
		asked("combien de professionnels de santé ?")
		if got := asked("et en France ?"); !strings.Contains(got, "France") || shownNumber(t, got[strings.Index(got, "\n"):]) != rounded(`profession_group = 'health' AND country_residence = 'FR'`) {
			t.Errorf("a question that goes on:\n%s", got)
		}
		asked("combien de membres en Belgique ?")
		if got := asked("par secteur"); !strings.Contains(got, "= Belgique, par") || strings.Count(got, "\n") < 8 {
			t.Errorf("and on:\n%s", got)
		}
		if got := asked("/stats depuis " + id); !strings.Contains(got, id+") : ") || !strings.Contains(got, "(+0)") {
			t.Errorf("compared with itself:\n%s", got)
		}
		if got := asked("secteur depuis " + id); !strings.Contains(got, "autre question") {
			t.Errorf("compared with something else:\n%s", got)
		}
		if got := asked("zzzz en France"); !strings.Contains(got, "« zzzz »") {
			t.Errorf("an unknown word:\n%s", got)
		}
		if got := asked("combien de géologues en Finlande"); !strings.Contains(got, "Trop peu") || !strings.Contains(got, "Je peux répondre pour") {
			t.Errorf("too few:\n%s", got)
		}
		asked("et en France ?")
		if got := asked("qui sont-ils ? donnez-moi leurs numéros de téléphone"); !strings.Contains(got, "ni liste") || !strings.Contains(got, "« demander »") || strings.Contains(got, "Vouliez-vous") {
			t.Errorf("asked who they are:\n%s", got)
		}
		if _, got, ok := strings.Cut(asked("la liste des professionnels de santé"), "ni liste"); !ok || shownNumber(t, got[strings.Index(got, "Compris"):]) != rounded(`profession_group = 'health'`) {
			t.Errorf("asked for a list of some:\n%s", got)
		}
		if got := asked("/explain F-22222"); !strings.Contains(got, "ne trouve pas") {
			t.Errorf("no such figure:\n%s", got)
		}
	}
	s.settles(t, id)
}

// pictured: the last answer came with a picture that opens, sent as the platform
// takes it.
func (s *testService) pictured(t *testing.T, d *dialogue) {
	t.Helper()
	var png []byte
	if d.phone.channel() == "telegram" {
		chat, _ := strconv.ParseInt(d.phone.address(), 10, 64)
		all := s.telegram.Messages(chat)
		png = all[len(all)-2].Photo
	} else {
		all := s.twilio.Messages(d.phone.address())
		if len(all[len(all)-2].Media) != 1 {
			t.Fatalf("no picture before %q", all[len(all)-1].Body)
		}
		address := all[len(all)-2].Media[0]
		for _, wrong := range []string{strings.Replace(address, "/figure/", "/figure/aa", 1), strings.TrimSuffix(address, ".png")} {
			if status, _, _ := fetchKind(t, wrong); status != http.StatusNotFound {
				t.Errorf("%s: %d", wrong, status)
			}
		}
		status, kind, body := fetchKind(t, address)
		if status != http.StatusOK || kind != "image/png" {
			t.Errorf("the picture: %d %s", status, kind)
		}
		png = body
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(png))
	if err != nil || size.Width < 500 {
		t.Errorf("a picture of %d bytes, %d wide: %v", len(png), size.Width, err)
	}
}

func fetchKind(t *testing.T, address string) (status int, kind string, body []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header.Get("Content-Type"), body
}

// settles: the id is read, also when the members have changed; and the log
// has each question with its words sealed.
func (s *testService) settles(t *testing.T, id string) {
	t.Helper()
	if _, err := s.db.Exec(t.Context(), `DELETE FROM snapshot_row`); err != nil {
		t.Fatal(err)
	}
	d := s.staffer(t, "telegram", "official", "iom")
	d.say("/explain " + id)
	if !strings.Contains(d.phone.last(), "25-34 ans") {
		t.Errorf("it was counted again:\n%s", d.phone.last())
	}
	if n := s.number(`SELECT count(*) FROM audit WHERE act = 'figure.ask' AND sealed_words IS NOT NULL`); n != 32+2*len(bot.TopQuestions) {
		t.Errorf("%d questions in the log with their words", n)
	}
	for _, country := range []string{"FI", "FR"} { // one refused, and the one that goes on from it
		where := `[{"Variable": "profession", "Codes": ["mining_geology"]}, {"Variable": "country_residence", "Codes": ["` + country + `"]}]`
		if n := s.number(`SELECT count(*) FROM audit WHERE act = 'figure.ask' AND understood @> '{"Where": ` + where + `}'`); n != 2 {
			t.Errorf("%d questions about geologists in %s in the log, as they were understood", n, country)
		}
	}
	if n := s.number(fmt.Sprintf(`SELECT count(*) FROM audit WHERE act = 'figure.explain' AND object = '%s'`, id)); n != 2 {
		t.Errorf("%d explanations in the log", n)
	}
	if strings.Contains(dump(t, s.dbURL), "géologues") {
		t.Error("the words of a question lie open in Postgres")
	}
}

// tapped taps on each question of the card, and reads what comes of it.
func (s *testService) tapped(t *testing.T, d *dialogue, asked func(string) string) {
	t.Helper()
	want := map[string]string{
		"all": "Totaux publiés", "country": "Couverture : ", "age": "Femme ", "degree": " %), parmi ", "below": "En dessous de leur niveau : ",
		"work": "Emploi salarié : ", "sector": "Santé, action sociale : ", "health": "France : ", "give": "Plusieurs réponses", "results": "Aucune réunion",
	}
	for _, q := range bot.TopQuestions {
		asked("/stats")
		if got := asked("[" + q.Code + "]"); !strings.Contains(got, want[q.Code]) || q.Code != "results" && !regexp.MustCompile(`F-[2-9A-Z]{5}`).MatchString(got) {
			t.Errorf("%s:\n%s", q.Code, got)
		}
	}
}
