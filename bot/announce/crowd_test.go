package announce

import (
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"

	"mboka/store"
)

// madeUp is one of many who agree to be told.
func madeUp(i int) store.Synthetic {
	var id, yes uuid.UUID
	binary.BigEndian.PutUint64(id[8:], uint64(i+1))
	binary.BigEndian.PutUint64(yes[8:], uint64(i+1))
	yes[0] = 1
	countries := []string{"BE", "FR", "CD"}
	return store.Synthetic{
		ID: id, Number: fmt.Sprintf("Z%07d", i), Language: []string{"fr", "en", "ln"}[i%3], Channel: "telegram", Address: fmt.Sprint(8_000_000_000 + i),
		At: midday.AddDate(0, -1, 0), Answers: []store.Answer{{Step: "country_residence", Codes: []string{countries[i%3]}}},
		Consents: []store.Consent{{ID: yes, Purpose: "missions", Granted: true, NoticeVersion: "1", MessageID: "m"}},
	}
}
