package sessions

import (
	"errors"
	"time"
)

// errAnswer means that a script and this package disagree.
var errAnswer = errors.New("unexpected answer from script")

// answer reads a script's list from front to back. The first thing that is not
// as expected sets err, and all after it are zero values.
type answer struct {
	status string
	values []any
	err    error
}

func (a *answer) next() any {
	if len(a.values) == 0 {
		a.err = errAnswer
		return nil
	}
	v := a.values[0]
	a.values = a.values[1:]
	return v
}

func (a *answer) text() string {
	v, ok := a.next().(string)
	if !ok {
		a.err = errAnswer
	}
	return v
}

func (a *answer) bytes() []byte { return []byte(a.text()) }

func (a *answer) int() int64 {
	v, ok := a.next().(int64)
	if !ok {
		a.err = errAnswer
	}
	return v
}

func (a *answer) bool() bool { return a.int() == 1 }

// when reads a time in milliseconds; 0 is no time.
func (a *answer) when() time.Time {
	ms := a.int()
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func (a *answer) list() answer {
	v, ok := a.next().([]any)
	if !ok {
		a.err = errAnswer
	}
	return answer{values: v, err: a.err}
}

// message reads a list of none or one.
func (a *answer) message() *Message {
	found := a.list()
	if len(found.values) == 0 {
		return nil
	}
	in := found.list()
	m := &Message{ID: in.text(), AcceptedAt: in.when(), Attempts: int(in.int()), Sealed: in.bytes()}
	a.err = errors.Join(a.err, in.err)
	return m
}

// replies reads a list of replies.
func (a *answer) replies() []Reply {
	all := a.list()
	var out []Reply
	for len(all.values) > 0 {
		in := all.list()
		out = append(out, Reply{
			ID: in.text(), State: State(in.text()), Attempt: int(in.int()), At: in.when(),
			Prompt: in.bool(), fence: in.int(), Doubts: int(in.int()), Sealed: in.bytes(),
		})
		a.err = errors.Join(a.err, in.err)
	}
	return out
}
