package sessions_test

import (
	"context"
	"testing"
	"time"

	"mboka/store/sessions"
	"mboka/store/storetest"
)

func TestGuardLetsOneAtATime(t *testing.T) {
	t.Parallel()
	s := sessions.New(storetest.Redis(t), sessions.Options{Prefix: storetest.Prefix(t)})
	first, release, err := s.Guard("poll")(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := s.Guard("poll")(short); err == nil {
		t.Fatal("two at a time")
	}
	if _, other, err := s.Guard("something else")(t.Context()); err != nil {
		t.Fatal(err)
	} else {
		other()
	}
	if first.Err() != nil {
		t.Fatal("the turn was lost while it was held")
	}
	release()
	if first.Err() == nil {
		t.Error("the turn goes on after its release")
	}
	_, again, err := s.Guard("poll")(t.Context())
	if err != nil {
		t.Fatalf("not free after its release: %v", err)
	}
	again()
}
