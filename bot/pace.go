package bot

import (
	"time"

	"mboka/flows"
	"mboka/locales"
)

// ours deals with what is not a message to us: news of the platform, or an old
// message that came too late to be an answer.
func (t *thinker) ours() bool {
	switch {
	case t.in.Kind == Blocked, t.in.Kind == Unreached:
		t.out.Silent, t.s.Away = true, true
	case t.in.Kind == Unblocked: // by the owner of the account
		t.out.Silent, t.s.Away = true, false
	case t.s.known:
		t.out.Silent = true
	case t.in.Kind == Refused:
		if _, open := t.s.top(); !open && t.s.Member == "" && !t.s.Gated {
			t.out.Silent = true // the chat is forgotten
			return true
		}
		t.out.Plain = true
		t.repeat()
	case t.in.Kind.asks() && t.s.maybeStranger(t.at):
		t.out.Silent = true // the request ends by itself
	case t.in.Kind == Asked:
		t.asked()
	case t.in.Kind == Passed, t.in.Kind == Lapsed:
		t.hears()
	case t.overtaken():
		if t.s.restored { // Redis has lost what it knew: it may be an answer long since given
			t.out.Silent = true
			return true
		}
		t.repeat(flows.Line{Key: locales.LateMessage})
	default:
		return false
	}
	return true
}

// lateSlack is by how much the time of a late message may be wrong: it is cut to
// the second, and the platform's clock is not ours.
const lateSlack = 2 * time.Second

// overtaken tells whether a late message is older than what was answered since.
// How long we took to accept the others says nothing about that: where it comes
// from a list, the list has the order, and our clock counts only after Redis has
// lost which ones it knew.
func (t *thinker) overtaken() bool {
	switch {
	case !t.in.Late || t.s.At.IsZero():
		return false
	case t.in.Again:
		return !t.in.At.After(t.s.At)
	case t.s.restored:
		return t.in.Overtaken || t.in.At.Add(time.Second).Before(t.s.At)
	}
	return t.in.Overtaken
}

// unprompted tells whether a message was written before the current prompt went
// out. In doubt a late one was written in answer to it.
func (t *thinker) unprompted() bool {
	written := t.at
	if at := t.in.At.Add(lateSlack); t.in.Late && at.Before(written) {
		written = at
	}
	return written.Before(t.s.PromptAt)
}

// floodAt is how many messages may wait behind one before we say that they are
// read one by one: no hurried thumb has so many under way.
const floodAt = 10

// soften says once that many messages wait, and asks for a pause after too many
// quick replies. A flooding chat is read in order like any other, by one worker
// of many, and cannot hold up the rest.
func (t *thinker) soften() {
	caps := t.b.limits(t.in.Channel)
	switch {
	case t.out.Silent, t.out.Need != "", t.out.Forget:
	case caps.Burst > 0 && t.s.Quick >= caps.Burst && t.at.Sub(t.s.PromptAt) < caps.BurstGap:
		t.s.Paused = true
		t.lead(locales.Pause)
	case t.in.Behind >= floodAt && !t.s.Flooded:
		t.s.Flooded = true
		t.lead(locales.Flood)
	}
	if t.in.Behind == 0 {
		t.s.Flooded = false
	}
}

func (t *thinker) lead(key locales.Key) {
	t.out.Prompt.Lead = append([]flows.Line{{Key: key}}, t.out.Prompt.Lead...)
}

// paused tells whether a message came in the pause that we asked for. It is
// not read then, as the person was told, so that two programs that answer each
// other fall silent. Who wants to leave is heard at any time.
func (t *thinker) paused() bool {
	if !t.s.Paused || t.at.Sub(t.s.PromptAt) >= t.b.limits(t.in.Channel).BurstGap {
		t.s.Paused = false
		return false
	}
	word, _ := t.b.command(t.in.Text)
	return word != "stop" && word != "erase"
}

// limits are the capabilities of a channel; of one that is off, none.
func (b *Bot) limits(channel string) Capabilities {
	if c := b.channels[channel]; c != nil {
		return c.Capabilities()
	}
	return Capabilities{}
}
