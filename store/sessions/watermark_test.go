package sessions_test

import (
	"testing"
	"time"

	"mboka/store/sessions"
)

func TestWatermark(t *testing.T) {
	t.Parallel()
	onBoth(t, sessions.Options{}, func(t *testing.T, f *fixture) {
		if at, found, err := f.Watermark(f.ctx, "list"); found || err != nil {
			t.Errorf("%s %v", at, err)
		}
		want := time.Date(2026, 11, 23, 12, 0, 0, 123_999_999, time.UTC)
		for range 2 {
			if err := f.SetWatermark(f.ctx, "list", want); err != nil {
				t.Fatal(err)
			}
		}
		at, found, err := f.Watermark(f.ctx, "list")
		if !at.Equal(want.Truncate(time.Millisecond)) || !found || err != nil {
			t.Errorf("%s %v %v", at, found, err)
		}
		if _, found, _ := f.Watermark(f.ctx, "another"); found {
			t.Error("one watermark for two things")
		}
		f.client.Set(f.ctx, f.prefix+":mark:odd", "x", 0)
		if _, _, err := f.Watermark(f.ctx, "odd"); err == nil {
			t.Error("what cannot be read was read")
		}
	})
}
