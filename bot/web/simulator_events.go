package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// beatEvery is how often a stream without news shows that it lives: proxies
	// and browsers give up what is silent.
	beatEvery = 15 * time.Second
	// streamFor is for how long one stream runs: the page takes the next one up
	// where it was.
	streamFor = 10 * time.Minute
	// maxStreams is more pages than anybody opens on one machine.
	maxStreams = 32
)

// events streams what happens on the phones, as server-sent events. The id of
// each names this process and the change, so that a page that was cut off goes
// on behind what it has, and one that comes from another process begins anew.
func (s *Simulator) events(w http.ResponseWriter, r *http.Request) {
	select {
	case s.open <- struct{}{}:
		defer func() { <-s.open }()
	default:
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	// The time to read a request would end the stream too.
	if err := out.SetReadDeadline(time.Time{}); err != nil {
		s.Logger.Error("a stream cannot be kept open", "error", err)
		return
	}
	after := s.resume(r)
	ctx, cancel := context.WithTimeout(r.Context(), streamFor)
	defer cancel()
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	begun := after > 0
	for {
		changes, more := s.Phones.Since(after)
		var b strings.Builder
		if !begun {
			begun = true
			s.event(&b, "hello", 0, s.time())
		}
		for _, c := range changes {
			s.event(&b, "change", c.Seq, c)
			after = c.Seq
		}
		if len(changes) > 0 {
			s.event(&b, "settled", after, s.time())
		}
		if !s.flush(w, out, b.String()) {
			return
		}
		select {
		case <-more:
		case <-beat.C:
			if !s.flush(w, out, ": \n\n") {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// resume is the change behind which a page goes on; 0: it has nothing.
func (s *Simulator) resume(r *http.Request) int64 {
	run, seq, _ := strings.Cut(r.Header.Get("Last-Event-ID"), "-")
	after, err := strconv.ParseInt(seq, 10, 64)
	if err != nil || run != s.Run || after < 0 {
		return 0
	}
	return after
}

func (s *Simulator) event(b *strings.Builder, name string, seq int64, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		s.Logger.Error("a change cannot be shown", "error", err)
		return
	}
	fmt.Fprintf(b, "event: %s\nid: %s-%d\ndata: %s\n\n", name, s.Run, seq, data)
}

// flush writes within the time that a write may take. False: the page has left.
func (s *Simulator) flush(w http.ResponseWriter, out *http.ResponseController, text string) bool {
	// A stream outlives the bounds of a request; each of its parts has one.
	if err := out.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		s.Logger.Error("a stream cannot be kept open", "error", err)
		return false
	}
	if _, err := w.Write([]byte(text)); err != nil {
		return false
	}
	return out.Flush() == nil
}
