package announce

import (
	"testing"

	"mboka/store"
)

// An announcement whose audience cannot be read may have been meant to be
// discreet.
func TestDiscreetInDoubt(t *testing.T) {
	t.Parallel()
	for audience, want := range map[string]bool{`{}`: false, `{"places": [{"country": "BE"}]}`: false, `{"discreet": true}`: true, `{"discreet": tr`: true, `x`: true, ``: false} {
		if got := (Letter{Announcement: store.Announcement{Audience: []byte(audience)}}).discreet(); got != want {
			t.Errorf("%q: discreet %v", audience, got)
		}
	}
}
