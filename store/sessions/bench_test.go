package sessions_test

import (
	"fmt"
	"testing"

	"mboka/store/sessions"
	"mboka/store/storetest"
)

// BenchmarkTurn is one turn with one reply: three round trips, of which two
// are before the reply is on its way.
func BenchmarkTurn(b *testing.B) {
	for _, size := range []int{512, 8192} {
		b.Run(fmt.Sprintf("session=%dB", size), func(b *testing.B) {
			s := sessions.New(storetest.Redis(b), sessions.Options{Prefix: storetest.Prefix(b)})
			session, sealed, ctx := make([]byte, size), make([]byte, 256), b.Context()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				id := fmt.Sprint(i)
				a, err := s.Accept(ctx, chat(byte(i)), id, "t", sealed, "one")
				if err != nil {
					b.Fatal(err)
				}
				saved, err := s.Save(ctx, a.Grip, sessions.SaveRequest{
					Token: id, Done: id, Session: session, Replies: []sessions.Reply{{ID: id, Sealed: sealed}},
				})
				if err != nil {
					b.Fatal(err)
				}
				_, err = s.Settle(ctx, a.Grip, sessions.Outcome{ReplyID: saved.Send.ID, Attempt: 1, State: sessions.Sent})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDueIdle is what a sweeper costs while there is nothing to do.
func BenchmarkDueIdle(b *testing.B) {
	s := sessions.New(storetest.Redis(b), sessions.Options{Prefix: storetest.Prefix(b)})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Due(b.Context(), 100); err != nil {
			b.Fatal(err)
		}
	}
}
