package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mboka/bot/whatsapp/twiliotest"
)

// records stands for the table of contents.
type records struct {
	sids  map[string]string
	names []string
	fail  error
}

func (r *records) save(hash, sid, name, language string) error {
	if r.fail != nil {
		return r.fail
	}
	if r.sids == nil {
		r.sids = map[string]string{}
	}
	r.sids[hash] = sid
	r.names = append(r.names, language+" "+name)
	return nil
}

func steps(n int) []Definition {
	var defs []Definition
	for i := range n {
		def := Definition{Language: "fr", Template: fmt.Sprintf("Question %d ?", i), Layout: "buttons",
			Items: []Item{{ID: "{{R}}.s.a", Label: "Oui"}}}
		defs = append(defs, def)
	}
	return defs
}

const (
	creations = "POST /v1/Content"
	listings  = "GET /v1/Content"
)

func TestSetupTwiceCreatesOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var kept records
	var lines []string
	report := func(line string) { lines = append(lines, line) }
	defs := append(steps(3), steps(2)...) // two are given twice
	if err := r.Setup(within(t), defs, kept.sids, kept.save, report); err != nil {
		t.Fatal(err)
	}
	if len(kept.sids) != 3 || len(r.srv.Contents()) != 3 || len(lines) != 4 || lines[3] != "3 contents: 3 created, 0 found, 0 already known" {
		t.Errorf("%v %v", kept.sids, lines)
	}
	for _, def := range defs {
		if sid, ok := r.contents.SID(def.Hash()); !ok || sid != kept.sids[def.Hash()] {
			t.Errorf("%s is not in use", def.Name())
		}
	}
	lines = nil
	if err := r.Setup(within(t), defs, kept.sids, kept.save, report); err != nil {
		t.Fatal(err)
	}
	if r.srv.Calls()[creations] != 3 || len(lines) != 1 || lines[0] != "3 contents: 0 created, 0 found, 3 already known" {
		t.Errorf("%v %v", r.srv.Calls(), lines)
	}
	// The records are lost: the objects are found by their names.
	var again records
	if err := r.Setup(within(t), defs, nil, again.save, report); err != nil {
		t.Fatal(err)
	}
	if r.srv.Calls()[creations] != 3 || again.sids[defs[0].Hash()] != kept.sids[defs[0].Hash()] {
		t.Errorf("%v %v", r.srv.Calls(), again.sids)
	}
}

// Lingala objects are filed under a language that WhatsApp has.
func TestSetupLingala(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var kept records
	defs := Generics("ln", testFrame)
	if err := r.Setup(within(t), defs, nil, kept.save, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if len(kept.names) != 23 || !strings.HasPrefix(kept.names[0], "ln mboka_ln_") || r.srv.Contents()[0].Language != "fr" {
		t.Errorf("%v", kept.names)
	}
}

func TestSetupResumes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var kept records
	// The list passes, the first creation too, the second is taken without an
	// answer that says so.
	r.srv.FailContent(twiliotest.Fault{}, twiliotest.Fault{}, twiliotest.Refuse(500, 20500).Taken())
	err := r.Setup(within(t), steps(3), nil, kept.save, func(string) {})
	if err == nil || !strings.Contains(err.Error(), steps(2)[1].Name()) || len(kept.sids) != 1 {
		t.Fatalf("%v %v", err, kept.sids)
	}
	if err := r.Setup(within(t), steps(3), kept.sids, kept.save, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if len(kept.sids) != 3 || len(r.srv.Contents()) != 3 || r.srv.Calls()[creations] != 3 {
		t.Errorf("%v %v", kept.sids, r.srv.Calls())
	}
}

func TestSetupReplacesWhatIsGone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var kept records
	if err := r.Setup(within(t), steps(2), nil, kept.save, func(string) {}); err != nil {
		t.Fatal(err)
	}
	gone := kept.sids[steps(1)[0].Hash()]
	r.srv.Forget(gone)
	if err := r.Setup(within(t), steps(2), kept.sids, kept.save, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if now := kept.sids[steps(1)[0].Hash()]; now == gone || len(r.srv.Contents()) != 2 {
		t.Errorf("%s %s", now, gone)
	}
}

func TestSetupReadsEveryPage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.srv.Rates(false) // the objects of other years
	many := steps(pageSize + 1)
	for _, def := range many[:pageSize] {
		create(t, r, `{"friendly_name": "`+def.Name()+`-other", "language": "fr", "types": {"twilio/text": {"body": "x"}}}`)
	}
	create(t, r, `{"friendly_name": "`+many[0].Name()+`", "language": "fr", "types": {"twilio/text": {"body": "x"}}}`)
	before := r.srv.Calls()[creations]
	var kept records
	if err := r.Setup(within(t), many[:1], nil, kept.save, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if calls := r.srv.Calls(); calls[listings] != 2 || calls[creations] != before {
		t.Errorf("the object on the second page was not found: %v", calls)
	}
}

func create(t *testing.T, r *rig, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.srv.URL+"/v1/Content", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(testAccount, testToken)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Mboka-Host", "content.twilio.com")
	res, err := r.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusCreated {
		t.Fatalf("%s %v", res.Status, err)
	}
}

func TestSetupFaults(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var kept records
	bad := steps(1)
	bad[0].Items[0].Label = strings.Repeat("x", 21)
	if err := r.Setup(within(t), bad, nil, kept.save, nil); err == nil || len(r.srv.Calls()) != 0 {
		t.Errorf("%v", err)
	}
	r.srv.FailContent(twiliotest.Refuse(401, 20003))
	if err := r.Setup(within(t), steps(1), nil, kept.save, nil); sendErr(t, err).Code != "20003" {
		t.Errorf("%v", err)
	}
	kept.fail = errors.New("no database")
	if err := r.Setup(within(t), steps(1), nil, kept.save, nil); !errors.Is(err, kept.fail) {
		t.Errorf("%v", err)
	}
	if _, ok := r.contents.SID(steps(1)[0].Hash()); ok {
		t.Error("used, though it was not recorded")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Setup(ctx, steps(1), nil, kept.save, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// The pace is measured on a clock that stands still while nothing waits.
func TestSetupPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var created []time.Time
		held := 0
		answer := func(req *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			switch {
			case req.Method == http.MethodGet:
				_, _ = io.WriteString(w, `{"contents": [], "meta": {}}`)
			case len(created) == 3 && held < 2:
				held++
				w.Header().Set("Retry-After", "3")
				w.WriteHeader(http.StatusTooManyRequests)
				_, _ = io.WriteString(w, `{"code": 20429, "status": 429}`)
			default:
				created = append(created, time.Now())
				w.WriteHeader(http.StatusCreated)
				_, _ = fmt.Fprintf(w, `{"sid": "HX%032x", "date_created": "2026-11-23T10:00:00Z"}`, len(created))
			}
			return w.Result(), nil
		}
		c, err := New(Options{
			AccountSID: testAccount, AuthToken: testToken, From: twiliotest.From, PublicURL: testPublic,
			HTTPClient: &http.Client{Transport: roundTrip(answer)},
		})
		if err != nil {
			t.Fatal(err)
		}
		var kept records
		if err := c.Setup(t.Context(), steps(60), nil, kept.save, func(string) {}); err != nil {
			t.Fatal(err)
		}
		if len(created) != 60 || held != 2 {
			t.Fatalf("%d created, held %d times", len(created), held)
		}
		for i := 50; i < len(created); i++ {
			if span := created[i].Sub(created[i-50]); span < time.Second {
				t.Errorf("51 creations within %s", span)
			}
		}
		if span := created[3].Sub(created[2]); span < 6*time.Second {
			t.Errorf("Retry-After was not obeyed: %s", span)
		}
	})
}

func TestSetupGivesUpWhenHeldTooOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c, err := New(Options{
			AccountSID: testAccount, AuthToken: testToken, From: twiliotest.From, PublicURL: testPublic,
			HTTPClient: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				asked++
				w := httptest.NewRecorder()
				w.WriteHeader(http.StatusTooManyRequests)
				return w.Result(), nil
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Setup(t.Context(), steps(1), nil, nil, nil); sendErr(t, err).Code != "20429" || asked != maxHolds+1 {
			t.Errorf("%d requests: %v", asked, err)
		}
	})
}
