package bot

import (
	"mboka/flows"
	"mboka/locales"
)

// run carries out a chat word.
func (t *thinker) run(command string) {
	if t.s.Gated && t.closed(command) {
		return
	}
	switch command {
	case "start":
		t.start()
	case "menu":
		if t.s.Member == "" && (len(t.s.Stack) == 0 || len(t.s.Roles) > 0) {
			t.idle()
			return
		}
		t.begin(FlowMenu, nil, t.staffLead(nil)...)
	case "register":
		t.register()
	case "help":
		t.repeat(append(t.staffHelp(), flows.Line{Key: locales.Help}, flows.Line{Key: locales.HelpMoney}, flows.Line{Key: locales.Distress})...)
	case "language":
		t.begin(FlowTongue, nil)
	case "contribute":
		t.module(FlowContribution)
	case "fund":
		t.module(FlowFund)
	case "profile":
		t.own(FlowProfile)
	case "mydata":
		t.own(FlowMyData)
	case "erase":
		t.own(FlowErase)
	case "complaint":
		t.begin(FlowComplaint, nil)
	case "missions":
		t.missions()
	case "read":
		t.read()
	case "whosaw":
		t.whoSaw()
	case "consents":
		t.agreements()
	case "directory":
		t.directory()
	case "export":
		t.export()
	case "calendar":
		t.calendar()
	case "link":
		t.link()
	case "anew":
		t.anew()
	case "code":
		t.newCode()
	case "share":
		t.repeat(flows.Line{Key: locales.Share})
	case "stop":
		t.stop()
	case "cancel":
		t.cancel()
	case "continue":
		t.goOn()
	case "later":
		t.later()
	case "back":
		t.verb(flows.VerbBack)
	case "skip":
		t.verb(flows.VerbSkip)
	case "why":
		t.verb(flows.VerbWhy)
	case "more":
		t.verb(flows.VerbMore)
	}
}

func (t *thinker) verb(v flows.Verb) {
	if len(t.s.Stack) == 0 {
		if v == flows.VerbMore || v == flows.VerbWhy {
			t.idle(flows.Line{Key: locales.NoticeDetails})
			return
		}
		t.idle()
		return
	}
	in := t.input()
	in.Verb = v
	t.advance(in)
}

// start greets: somebody in the middle of the form is offered to go on.
func (t *thinker) start() {
	i := t.s.form()
	switch {
	case i < 0 || t.s.restored && t.s.Member == "":
		t.idle()
	case t.s.Member == "":
		t.s.Stack = t.s.Stack[:i+1]
		t.repeat()
	default:
		t.s.Stack = t.s.Stack[:i+1]
		t.offer()
	}
}

// own begins a flow over one's own record; who has none is told so.
func (t *thinker) own(flow string) {
	if t.s.Member == "" {
		if flow == FlowErase && (len(t.s.Stack) > 0 || t.s.Staff) {
			t.begin(flow, nil) // the chat itself can be forgotten, and its roles
			return
		}
		if flow == FlowMyData && t.s.Staff {
			t.export() // there is no profile to sum up, but something is kept
			return
		}
		t.repeat(flows.Line{Key: locales.ProfileNone})
		return
	}
	t.begin(flow, nil)
}

// register is how staff without a profile begin one.
func (t *thinker) register() {
	if t.s.Member == "" && t.s.runs(FlowRegistration) < 0 {
		t.begin(FlowRegistration, nil)
		return
	}
	t.goOn()
}

// goOn returns to the form: where it stood, or at the first question without
// an answer in the record.
func (t *thinker) goOn() {
	if i := t.s.form(); i >= 0 {
		t.s.Stack = t.s.Stack[:i+1]
		t.repeat()
		return
	}
	if t.s.Member == "" {
		t.idle()
		return
	}
	record, ok := t.facts[flows.FactRecord]
	if !ok {
		t.out.Need = flows.FactRecord
		return
	}
	if open, _ := record.Args[RecordOpen].(string); open != "" {
		t.module(open)
		return
	}
	t.begin(FlowRegistration, record.Answers)
}

// stop ends announcements at once and lays the form aside; one reply says both.
func (t *thinker) stop() {
	if t.s.Member == "" {
		t.s.Stack = nil
		t.out.Forget = true
		t.say(locales.StopNothing)
		return
	}
	t.out.Events = append(t.out.Events, flows.Event{Flow: ChatFlow, Name: Stopped})
	key := locales.StopReply
	if t.s.form() >= 0 {
		key = locales.StopReplyPaused
	}
	t.s.Stack = nil
	t.say(key, locales.WithdrawnNote)
}

// later lays the form aside.
func (t *thinker) later() {
	t.s.Stack = nil
	t.say(locales.LaterOk)
}

// cancel closes what was opened last; in the form itself it lays it aside.
func (t *thinker) cancel() {
	top, ok := t.s.top()
	switch {
	case !ok:
		t.idle()
	case top.Flow == FlowRegistration && t.s.Member != "":
		t.later()
	case top.Flow == FlowRegistration:
		t.repeat()
	case moduleFacts[top.Flow] != "":
		t.leave(top)
	case top.Flow == FlowAnnounce && len(top.Answers) > 0:
		t.s.Stack = t.s.Stack[:len(t.s.Stack)-1]
		t.repeat(flows.Line{Key: locales.AnnDraftKept})
	default:
		t.s.Stack = t.s.Stack[:len(t.s.Stack)-1]
		t.repeat(flows.Line{Key: locales.Cancelled})
	}
}

// say ends a turn with words alone.
func (t *thinker) say(keys ...locales.Key) {
	t.out.Prompt = flows.Prompt{Marks: flows.None, Body: flows.Line{Key: keys[len(keys)-1]}}
	for _, k := range keys[:len(keys)-1] {
		t.out.Prompt.Lead = append(t.out.Prompt.Lead, flows.Line{Key: k})
	}
}
