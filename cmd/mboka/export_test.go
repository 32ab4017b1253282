package main

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mboka/locales"
)

// hostile is a name that wants to be a formula and a page.
const hostile = `=HYPERLINK("http://zorglub.example")<b>Zorglub`

// named takes somebody to the menu of the profile, with a hostile name on
// record.
func named(t *testing.T, s *testService, channel string, n int) *dialogue {
	t.Helper()
	d := &dialogue{t: t, s: s, lang: locales.FR, phone: s.newPhone(t, channel, "fr", n)}
	for _, line := range []string{"mbote", "[fr]", "[yes]", "37", "[BE]", "[edu_master]", "[employee]", "/profile", "14", hostile} {
		d.say(line)
	}
	return d
}

var exported = regexp.MustCompile(`http://\S+/export/[a-z2-7]{32}`)

// TestExport asks for one's data on both platforms of the running service, and
// searches what lies and is logged meanwhile for the person's words.
func TestExport(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.vars = append(s.vars, "MBOKA_LOG_LEVEL=debug")
	setupWhatsApp(t, s)
	s.start()
	named(t, s, "telegram", 970).say("exporter")
	all := s.telegram.Messages(7_000_000_970)
	var files []string
	for _, m := range all {
		if m.File != nil {
			files = append(files, m.File.Name+" "+m.Text)
			check(t, m.File.Name, string(m.File.Data), "7000000970", "0000971")
		}
	}
	if strings.Join(files, ", ") != "mboka.csv Pour un tableur (CSV), mboka.json Pour une autre application (JSON)" || all[len(all)-1].File != nil {
		t.Errorf("files on the phone: %v", files)
	}

	d := named(t, s, "whatsapp", 971)
	d.say("exporter")
	link := exported.FindString(d.phone.last())
	if !strings.Contains(d.phone.last(), "15 minutes") || link == "" {
		t.Fatalf("said %s", d.phone.last())
	}
	if status, page := visit(t, http.MethodGet, link, ""); status != http.StatusOK || strings.Contains(page, "Zorglub") {
		t.Errorf("the page: %d\n%s", status, page)
	}
	lying := s.redisDump()
	for _, word := range []string{"Zorglub", "35_44", "edu_master", "470000971", link[len(link)-32:], "mboka.csv"} {
		if strings.Contains(lying, word) {
			t.Errorf("%q lies in Redis in the clear", word)
		}
	}
	if !strings.Contains(lying, ":f:") {
		t.Error("nothing waits in Redis: it was searched for nothing")
	}
	for part, name := range map[string]string{"csv": "mboka.csv", "json": "mboka.json"} {
		status, file := visit(t, http.MethodPost, link, part)
		if status != http.StatusOK {
			t.Errorf("%s: %d", part, status)
		}
		check(t, name, file, "whatsapp:+32470000971", "0000970")
		if status, _ := visit(t, http.MethodPost, link, part); status != http.StatusNotFound {
			t.Errorf("%s a second time: %d", part, status)
		}
	}
	logs := strings.Join(s.logLines(), "\n")
	for _, word := range []string{"Zorglub", link[len(link)-32:], "/export/", "7000000970", "470000971"} {
		if strings.Contains(logs, word) {
			t.Errorf("%q stands in the logs", word)
		}
	}
}

// check holds a file against the person it is about, and against what it must
// not hold: neither formula nor page, no secret, nobody else.
func check(t *testing.T, name, file, address, other string) {
	t.Helper()
	for _, there := range []string{"Zorglub", "35_44", "35-44 ans", "Belgique", "register", address} {
		if !strings.Contains(file, there) {
			t.Errorf("%s lacks %q", name, there)
		}
	}
	never := []string{"hash", "recovery", other, "<b>"} // as JSON is escaped
	if name == "mboka.csv" {
		never = []string{"hash", "recovery", other, `"=HYPERLINK`, ",=HYPERLINK", "\n="}
	}
	for _, word := range never {
		if strings.Contains(file, word) {
			t.Errorf("%s holds %q", name, word)
		}
	}
}

// visit opens a link, or presses the button for a part.
func visit(t *testing.T, method, link, part string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, link, strings.NewReader(url.Values{"part": {part}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}
