package twiliotest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestContentsAreChecked(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	list := func(change func(l map[string]any)) string {
		l := map[string]any{"body": "Choisissez", "button": "Voir", "items": []any{map[string]any{"id": "a", "item": "A", "description": "x"}}}
		change(l)
		raw, _ := json.Marshal(map[string]any{"friendly_name": "l", "language": "fr", "types": map[string]any{"twilio/list-picker": l}})
		return string(raw)
	}
	for name, tc := range map[string]struct {
		body string
		ok   bool
	}{
		"quick reply":        {quick, true},
		"text":               {`{"language":"fr","types":{"twilio/text":{"body":"x"}}}`, true},
		"list":               {list(func(map[string]any) {}), true},
		"not JSON":           {`{`, false},
		"field unknown":      {`{"language":"fr","lang":"fr","types":{"twilio/text":{"body":"x"}}}`, false},
		"no language":        {`{"types":{"twilio/text":{"body":"x"}}}`, false},
		"Lingala":            {`{"language":"ln","types":{"twilio/text":{"body":"x"}}}`, false},
		"no type":            {`{"language":"fr","types":{}}`, false},
		"no body":            {`{"language":"fr","types":{"twilio/text":{"body":""}}}`, false},
		"begins":             {strings.Replace(quick, "Votre choix : {{1}}", "{{1}} :", 1), false},
		"ends":               {strings.Replace(quick, "{{1}} ?", "{{1}} ", 1), false},
		"side by side":       {strings.Replace(quick, "{{1}}", "{{1}} {{R}}", 1), false},
		"name with a space":  {strings.Replace(quick, "{{1}}", "{{1 }}", 1), false},
		"not closed":         {strings.Replace(quick, "{{1}}", "{{1", 1), false},
		"no sample":          {strings.Replace(quick, `"1":"x",`, ``, 1), false},
		"empty sample":       {strings.Replace(quick, `"1":"x"`, `"1":""`, 1), false},
		"sample not used":    {strings.Replace(quick, `"1":"x"`, `"1":"x","2":"x"`, 1), false},
		"title over 20":      {strings.Replace(quick, `"Oui"`, `"`+strings.Repeat("é", 21)+`"`, 1), false},
		"action type":        {strings.Replace(quick, `"QUICK_REPLY"`, `"URL"`, 1), false},
		"body over 1024":     {strings.Replace(quick, `Votre`, strings.Repeat("é", 1025), 1), false},
		"list body over":     {list(func(l map[string]any) { l["body"] = strings.Repeat("é", 1025) }), false},
		"list button over":   {list(func(l map[string]any) { l["button"] = strings.Repeat("é", 21) }), false},
		"list without items": {list(func(l map[string]any) { l["items"] = []any{} }), false},
		"eleven items":       {list(func(l map[string]any) { l["items"] = make([]map[string]any, 11) }), false},
		"item over 24": {list(func(l map[string]any) {
			l["items"] = []any{map[string]any{"id": "a", "item": strings.Repeat("é", 25)}}
		}), false},
		"desc over 72": {list(func(l map[string]any) {
			l["items"] = []any{map[string]any{"id": "a", "item": "A", "description": strings.Repeat("é", 73)}}
		}), false},
	} {
		status, answer := c.do("POST", contents, "/v1/Content", "application/json", tc.body)
		if (status == 201) != tc.ok {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	if n := len(c.Contents()); n != 3 {
		t.Errorf("%d contents", n)
	}
}

func TestContentPages(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for i := range 5 {
		c.content(fmt.Sprintf(`{"friendly_name":"n%d","language":"fr","types":{"twilio/text":{"body":"x"}}}`, i))
	}
	var names []string
	path := "/v1/Content?PageSize=2"
	for range 3 {
		_, answer := c.do("GET", contents, path, formKind, "")
		for _, one := range answer["contents"].([]any) {
			names = append(names, one.(map[string]any)["friendly_name"].(string))
		}
		next, _ := answer["meta"].(map[string]any)["next_page_url"].(string)
		path = strings.TrimPrefix(next, "https://content.twilio.com")
	}
	if diff := cmp.Diff([]string{"n0", "n1", "n2", "n3", "n4"}, names); diff != "" || path != "" {
		t.Error(diff, path)
	}
	if status, _ := c.do("GET", contents, "/v1/Content?PageSize=1001", formKind, ""); status != 400 {
		t.Errorf("%d", status)
	}
	sid := c.Contents()[0].SID
	for _, step := range []struct {
		method string
		status int
	}{{"GET", 200}, {"DELETE", 204}, {"GET", 404}, {"DELETE", 404}} {
		if status, _ := c.do(step.method, contents, "/v1/Content/"+sid, formKind, ""); status != step.status {
			t.Errorf("%s: %d", step.method, status)
		}
	}
}

func TestApprovals(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	reply := c.content(quick)
	list := c.content(`{"language":"fr","types":{"twilio/list-picker":{"body":"x","button":"y","items":[{"id":"a","item":"A"}]}}}`)
	post := func(sid, body string) int {
		status, _ := c.do("POST", contents, "/v1/Content/"+sid+"/ApprovalRequests/whatsapp", "application/json", body)
		return status
	}
	const good = `{"name":"notice_fr","category":"UTILITY"}`
	for i, tc := range []struct {
		sid, body string
		status    int
	}{
		{list, good, 400}, {"HX0", good, 404}, {reply, `{"name":"Notice","category":"UTILITY"}`, 400},
		{reply, `{"name":"notice","category":"OTHER"}`, 400}, {reply, `{`, 400}, {reply, good, 201}, {reply, good, 409},
	} {
		if got := post(tc.sid, tc.body); got != tc.status {
			t.Errorf("%d: %d", i, got)
		}
	}
	_, answer := c.do("GET", contents, "/v1/Content/"+reply+"/ApprovalRequests", formKind, "")
	if state := answer["whatsapp"].(map[string]any); state["status"] != "pending" || state["name"] != "notice_fr" {
		t.Errorf("%v", answer)
	}
	if status, _ := c.do("GET", contents, "/v1/Content/HX0/ApprovalRequests", formKind, ""); status != 404 {
		t.Errorf("%d", status)
	}
}
