package store_test

import (
	"errors"
	"testing"
	"time"

	"mboka/store"
	"mboka/store/storetest"
)

// Every version stays on record as it was first read.
func TestKeepNotice(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	text := func(version, lang, body string) store.Notice {
		return store.Notice{Version: version, Language: lang, Channel: "telegram", Body: body, Details: "plus"}
	}
	keep := func(at time.Time, texts ...store.Notice) error { return db.KeepNotice(t.Context(), texts, at) }
	for i, texts := range [][]store.Notice{
		{text("1.00000b", "fr", "Mbote"), text("1.00000b", "en", "Mbote too")},
		{text("1.00000b", "fr", "Mbote"), text("1.00000b", "en", "Mbote too")}, // by another replica
		{text("1.00000a", "fr", "Mbote !")},
		{text("1.00000b", "fr", "Mbote")}, // the settings are as they were
	} {
		if err := keep(morning.Add(time.Duration(i)*time.Hour), texts...); err != nil {
			t.Fatal(err)
		}
	}
	if err := keep(morning, text("1.00000a", "en", "new"), text("1.00000b", "fr", "Mbote?")); !errors.Is(err, store.ErrNoticeDiffers) {
		t.Errorf("other words under the same version: %v", err)
	}
	all, err := db.Notices(t.Context())
	if err != nil || len(all) != 3 || all[0].Language != "en" || all[1].Body != "Mbote" || all[2].Version != "1.00000a" ||
		!all[0].Since.Equal(morning) || !all[2].Since.Equal(morning.Add(2*time.Hour)) {
		t.Errorf("%+v, %v", all, err)
	}
	acts, err := db.AuditLog(t.Context(), store.AuditQuery{Act: "notice.new"})
	if err != nil || len(acts) != 2 || acts[0].Object != "1.00000b" || acts[1].Object != "1.00000a" || acts[0].Actor != store.ActorService {
		t.Errorf("%+v, %v", acts, err)
	}
}
