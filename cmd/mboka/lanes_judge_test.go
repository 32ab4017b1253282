package main

import "time"

// busy tells whether, all through the second before a moment, the last second
// had as many replies as close the lane: by then bulk must be at zero. The lock
// is held.
func (l *lane) busy(at time.Time) bool {
	moments := []time.Time{at.Add(-time.Second), at}
	for _, a := range l.log {
		if leaves := a.at.Add(time.Second); leaves.After(moments[0]) && leaves.Before(at) {
			moments = append(moments, leaves)
		}
	}
	for _, x := range moments {
		n := 0
		for _, a := range l.log {
			if !a.bulk && a.at.After(x.Add(-time.Second)) && !a.at.After(x) {
				n++
			}
		}
		if n < l.rate.Replies {
			return false
		}
	}
	return true
}

// judge looks at every second that begins with a message, by the platform's own
// clock: no other second holds more. senders is how many sent bulk at once.
func (l *lane) judge(senders int) {
	l.t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	most, mostBulk := 0, 0
	for i, first := range l.log {
		replies, bulk := 0, 0
		for _, a := range l.log[i:] {
			switch {
			case a.at.Sub(first.at) >= time.Second:
			case a.bulk:
				bulk++
			default:
				replies++
			}
		}
		if all := bulk + l.each*replies; replies < l.rate.Replies {
			most, mostBulk = max(most, all), max(mostBulk, bulk)
			if all > l.rate.Platform {
				l.t.Errorf("%s: %d of bulk and %d replies in one second", l.channel, bulk, replies)
			}
		}
		if bulk > l.rate.Bulk+senders {
			l.t.Errorf("%s: %d of bulk in one second", l.channel, bulk)
		}
	}
	for _, at := range l.granted {
		if l.busy(at) {
			l.t.Errorf("%s: bulk went while replies filled the lane for a second", l.channel)
		}
	}
	l.t.Logf("%s: %d replies, %d of bulk; while replies left room at most %d in a second of %d, %d of them bulk", l.channel, l.count(false), l.count(true), most, l.rate.Platform, mostBulk)
}
