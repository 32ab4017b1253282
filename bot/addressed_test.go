package bot

import (
	"testing"

	"github.com/google/uuid"
)

func TestAbout(t *testing.T) {
	t.Parallel()
	for _, kind := range []AboutKind{AboutDelivery, AboutAnnouncement, AboutMission, AboutAmbassador, AboutQuestion} {
		want := About{Kind: kind, ID: uuid.MustParse("f3c1a1de-0000-8000-8000-00000000beef")}
		payload := Payload(want.Run(), "rsvp", "maybe")
		run, step, code, ok := ReadPayload(payload)
		got, about := ReadAbout(run)
		if !ok || !about || got != want || step != "rsvp" || code != "maybe" || len(payload) > maxPayload {
			t.Errorf("%s: %+v %v %s %s", payload, got, about, step, code)
		}
	}
	for _, run := range []string{"", "=", "=d", "abcdef", "=x" + About{Kind: AboutDelivery}.Run()[2:], "=dabc", About{Kind: AboutDelivery}.Run() + "a", "=d" + "!!!!!!!!!!!!!!!!!!!!!!!!!!"} {
		if _, ok := ReadAbout(run); ok {
			t.Errorf("%q was read", run)
		}
	}
}
