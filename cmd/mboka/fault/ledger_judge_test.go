package fault

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"mboka/store"
)

// judge holds the ledger against the phones, prints the table of totals, and
// has a person send again what nobody knows of.
func (a *audience) judge(id uuid.UUID, planned, took time.Duration) {
	w := a.w
	w.t.Helper()
	rows, err := w.db.Deliveries(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(rows) != a.n {
		w.t.Errorf("%d deliveries for %d people", len(rows), a.n)
	}
	a.print(id, len(rows), planned, took)
	seen := a.phones()
	unknown := map[string]bool{}
	var wrong []string
	for _, d := range rows {
		i := indexOf(d.MemberID)
		address := addressOf(i)
		n, fine := seen[address], false
		switch d.State {
		case store.DeliverySent, store.DeliveryDelivered, store.DeliveryRead:
			fine = n == 1
		case store.DeliveryUnknown:
			fine, unknown[address] = n <= 1, true
		case store.DeliveryFailed, store.DeliveryWithdrawn, store.DeliveryParked, store.DeliverySkipped:
			fine = n == 0
		}
		if !fine {
			wrong = append(wrong, fmt.Sprintf("delivery %s by %s is %s %s after %d attempts (%d requests, rank %d, message %q), and the phone shows %d",
				d.ID, d.Channel, d.State, d.Reason, d.Attempt, a.asked[address], d.Rank, d.ProviderID, n))
		}
		at, gone := a.withdrawn[i]
		if asked := a.last[address]; gone && asked.After(at.Add(actWithin)) {
			wrong = append(wrong, fmt.Sprintf("delivery %s was sent %v after the consent was taken back", d.ID, asked.Sub(at)))
		}
		if gone && d.State == store.DeliveryParked {
			wrong = append(wrong, fmt.Sprintf("delivery %s waits for somebody who said no", d.ID))
		}
	}
	for _, line := range wrong[:min(len(wrong), 20)] {
		w.t.Error(line)
	}
	if len(wrong) > 20 {
		w.t.Errorf("and %d more", len(wrong)-20)
	}
	if len(rows) > 0 && len(unknown) == 0 {
		w.t.Error("nothing is unknown: the trouble was none")
	}
	a.sendAgain(id, unknown, seen)
}

// sendAgain is a person's choice: only what was unknown may arrive twice.
func (a *audience) sendAgain(id uuid.UUID, unknown map[string]bool, before map[string]int) {
	w := a.w
	w.t.Helper()
	w.telegram.Trouble(nil)
	w.twilio.Trouble(nil)
	a.change(func(tx *store.Tx) error { _, err := tx.ResendUnknown(w.t.Context(), id, time.Now()); return err })
	w.within(2*time.Minute, "the unknown to be sent again", func() bool {
		t := a.totals(id)
		return t[store.DeliveryUnknown]+t[store.DeliveryPlanned]+t[store.DeliverySending] == 0
	})
	twice := 0
	for address, n := range a.phones() {
		switch {
		case n > 2, n == 2 && !unknown[address], n != before[address] && !unknown[address]:
			w.t.Errorf("a phone shows %d, before %d", n, before[address])
		case n == 2:
			twice++
		}
	}
	w.t.Logf("%d were unknown and sent again; %d of them had arrived the first time", len(unknown), twice)
}

// phones counts the messages on every phone.
func (a *audience) phones() map[string]int {
	all := a.w.twilio.Shown()
	for i := range a.n {
		if !onWhatsApp(i) {
			if n := len(a.w.telegram.Messages(int64(8_000_000_000 + i))); n > 0 {
				all[addressOf(i)] = n
			}
		}
	}
	return all
}

func indexOf(member uuid.UUID) int {
	n := 0
	for _, b := range member[8:] {
		n = n<<8 | int(b)
	}
	return n - 1
}

// print writes the table of totals: by outcome, and how many of each channel.
func (a *audience) print(id uuid.UUID, rows int, planned, took time.Duration) {
	all, err := a.w.db.Totals(a.w.t.Context(), id)
	if err != nil {
		a.w.t.Error(err)
	}
	lines, total := map[string]map[string]int64{}, int64(0)
	for _, tally := range all {
		key := strings.TrimSpace(tally.State + " " + tally.Reason)
		if lines[key] == nil {
			lines[key] = map[string]int64{}
		}
		lines[key][tally.Channel] += tally.N
		total += tally.N
	}
	if total != int64(rows) || rows != a.n {
		a.w.t.Errorf("the totals are %d, the rows %d, the plan was %d", total, rows, a.n)
	}
	var keys []string
	for key := range lines {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	fmt.Printf("\nledger of %d recipients: first sent after %v, all after %v; 3 kills, 1 pause, %d consents withdrawn meanwhile\n",
		a.n, planned.Round(time.Millisecond), took.Round(time.Millisecond), len(a.withdrawn))
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "outcome\ttelegram\twhatsapp\tin all\t")
	for _, key := range keys {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t\n", key, lines[key]["telegram"], lines[key]["whatsapp"], lines[key]["telegram"]+lines[key]["whatsapp"]+lines[key][""])
	}
	fmt.Fprintf(t, "in all\t\t\t%d\t\n", total)
	t.Flush()
}
