package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
	"mboka/store/sessions"
)

// The flows of staff. The name of each begins with FlowStaff: they are dropped
// as soon as a role of the chat has ended.
const (
	FlowStaff = "staff"       // the menu of staff without a profile
	FlowRoles = "staff_roles" // the list of roles, and to revoke one
)

// The words of staff are events of ChatFlow by these names. They are found by
// their effect, which asks store.Tx.Allowed and says what there is to show.
const (
	RolesAsked  = "roles"
	AuditAsked  = "audit"
	RoleRevoked = "revoked" // of FlowRoles: the answer RoleWhich is to be revoked
	RoleWhich   = "which"
	RoleLive    = "live" // the answer that FlowRoles begins with: the lines of the list
)

// What became of them, as ResultOutcome.
const (
	StaffListed  = "listed"  // RolesAsked: the lines of the list are in ResultLines
	StaffActs    = "acts"    // AuditAsked: the same
	StaffRevoked = "revoked" // the role has ended now
	StaffGone    = "gone"    // it had ended before
	staffEnded   = "ended"   // that of the chat has: nothing was done

	ResultLines = "Lines"
	ResultRoles = "Roles" // the chat's roles from now on, as StaffRoles writes them
)

// staffWords are the chat words that need a permission. To everybody else they
// are words that nobody knows. That a word is listed here decides about menus
// only: what does the work asks store.Tx.Allowed.
var staffWords = map[string]store.Permission{
	RolesAsked: store.ManageRoles,
	AuditAsked: store.ReadAudit,

	OpenAsked:    store.OpenProfile,
	RequestAsked: store.RequestProfile,

	StatsAsked:   store.AskFigures,
	ExplainAsked: store.AskFigures,
	XLSXWord:     store.AskFigures,
	CSVWord:      store.AskFigures,
	DigestAsked:  store.GetDigest,
	FunnelAsked:  store.ReadFunnel,

	DoorAsked:          store.Announce,
	AmbassadorAsked:    store.Announce,
	AnnounceAsked:      store.Announce,
	AnnouncementsAsked: store.Announce,

	WorkshopAsked: store.AnswerWorkshop,
}

// alsoWords are permissions that give a word too.
var alsoWords = map[string]store.Permission{
	AnnouncementsAsked: store.Approve,
	StatsAsked:         store.Announce, // what came of announcements, and nothing else
	ExplainAsked:       store.Announce,
	XLSXWord:           store.Announce,
	CSVWord:            store.Announce,
}

// MayUse tells whether a role of an organisation has a word of staff, where
// running is the organisation that runs the service.
func MayUse(word string, role store.Role, org, running store.Organisation) bool {
	also, more := alsoWords[word]
	return store.May(staffWords[word], role, org, running) || more && store.May(also, role, org, running)
}

// staffOrder is the order in which they are told.
var staffOrder = []string{AnnounceAsked, AnnouncementsAsked, DoorAsked, AmbassadorAsked, StatsAsked, ExplainAsked, XLSXWord, CSVWord, FunnelAsked, DigestAsked, WorkshopAsked, OpenAsked, RequestAsked, RolesAsked, AuditAsked}

// staffKey is the catalogue entry of a word of staff, apart by "|".
func staffKey(name string) locales.Key { return locales.Key("cmd_" + name) }

// StaffWords are the names of the words, with what each needs.
func StaffWords() map[string]store.Permission {
	out := make(map[string]store.Permission, len(staffWords))
	for name, p := range staffWords {
		out[name] = p
	}
	return out
}

// staffVocabulary maps folded words of all languages to words of staff.
func staffVocabulary() map[string]string {
	words := make(map[string]string)
	for name := range staffWords {
		words[name] = name
		for _, lang := range locales.Langs {
			for _, w := range strings.Split(locales.LabelOf(staffKey(name)).In(lang), "|") {
				words[reference.Fold(w)] = name
			}
		}
	}
	return words
}

// factRunning is which kind of organisation runs the service, for menus. The
// bot itself provides it.
const factRunning = "running"

func running(p store.Policy) flows.Fact {
	return flows.Fact{Args: map[string]any{"Kind": p.OrganisationKind}}
}

// may tells whether the roles in the session have a permission.
func (t *thinker) may(p store.Permission) bool {
	return slices.ContainsFunc(t.s.Roles, func(r StaffRole) bool { return store.May(p, r.Role, r.Organisation, t.running()) })
}

// mayUse tells whether they have a word.
func (t *thinker) mayUse(word string) bool {
	return slices.ContainsFunc(t.s.Roles, func(r StaffRole) bool { return MayUse(word, r.Role, r.Organisation, t.running()) })
}

func (t *thinker) running() store.Organisation {
	kind, _ := t.facts[factRunning].Args["Kind"].(string)
	return store.Organisation(kind)
}

// staffs carries out a word of staff for who may. False: to this chat it is no
// word.
func (t *thinker) staffs() bool {
	if len(t.s.Roles) == 0 {
		return false
	}
	name, slash := commandIn(t.b.staff, t.in.Text)
	if name == "" && t.announces() && actWord(t.in.Text) {
		name = AnnouncementsAsked // the buttons of which announcement is for the list to say
	}
	if name == "" || !t.mayUse(name) {
		return false
	}
	if top, open := t.s.top(); open && !slash && t.free(top) {
		return false // where a text is asked it may be the answer
	}
	t.decide(flows.Event{Flow: ChatFlow, Name: name})
	return true
}

// staffFact is what the menu of staff tells: the roles, and the words that they
// give.
func (t *thinker) staffFact() flows.Fact {
	var roles, words locales.Label
	n := 0
	for _, lang := range locales.Langs {
		var have, say []string
		for _, r := range t.s.Roles {
			have = append(have, r.label().In(lang))
		}
		for _, name := range staffOrder {
			if t.mayUse(name) {
				say = append(say, firstWord(lang, staffKey(name)))
			}
		}
		roles[lang], words[lang], n = strings.Join(have, "; "), strings.Join(say, ", "), len(say)
	}
	return flows.Fact{Args: map[string]any{"Roles": roles, "Words": words, "N": n}}
}

// staffLead tells a member who is staff the words, above the menu.
func (t *thinker) staffLead(lead []flows.Line) []flows.Line {
	if fact := t.staffFact(); fact.Args["N"] != 0 {
		return append(slices.Clone(lead), flows.Line{Key: locales.StaffWords, Args: locales.Args{"Words": fact.Args["Words"]}})
	}
	return lead
}

// staffHelp says what each word of staff is for; it is empty for everybody else.
func (t *thinker) staffHelp() []flows.Line {
	var lines locales.Label
	for _, lang := range locales.Langs {
		var say []string
		for _, name := range staffOrder {
			if t.mayUse(name) {
				say = append(say, locales.Text(lang, locales.StaffHelpLine, locales.Args{"Word": firstWord(lang, staffKey(name)), "Does": locales.LabelOf(t.doesKey(name)).In(lang)}))
			}
		}
		if len(say) == 0 {
			return nil
		}
		lines[lang] = strings.Join(say, "\n")
	}
	return []flows.Line{{Key: locales.StaffHelp, Args: locales.Args{"Lines": lines}}}
}

// doesKey is the entry of what a word is for.
func (t *thinker) doesKey(name string) locales.Key {
	if name == StatsAsked && !t.may(store.AskFigures) {
		return locales.DoesResults
	}
	return locales.Key("does_" + name)
}

// lapse forgets the roles of who was silent for too long. That they have ended
// is judged by the records again.
func (t *thinker) lapse() {
	if len(t.s.Roles) > 0 && !t.s.At.IsZero() && t.at.Sub(t.s.At) >= store.RoleSilence {
		t.s.Roles, t.s.Ended = nil, true
		t.s.leaveStaff()
	}
}

// tellEnded says once that a role has ended.
func (t *thinker) tellEnded() {
	if t.s.Ended && !t.out.Silent && t.out.Need == "" && !t.out.Forget {
		t.s.Ended = false
		t.lead(locales.RoleEnded)
	}
}

// leaveStaff closes what only staff may do; all else that is under way stays.
func (s *Session) leaveStaff() {
	s.Stack = slices.DeleteFunc(slices.Clone(s.Stack), func(state flows.State) bool { return ofStaff(state.Flow) })
}

func ofStaff(flow string) bool { return strings.HasPrefix(flow, FlowStaff) }

// staffDecided says what came of a word or a flow of staff, and of a code that
// gives a role. False: it was something else.
func (t *thinker) staffDecided(fact flows.Fact, lead []flows.Line) bool {
	text := func(name string) string { s, _ := fact.Args[name].(string); return s }
	say := func(key locales.Key, args locales.Args) []flows.Line {
		return append(slices.Clone(lead), flows.Line{Key: key, Args: args})
	}
	if roles, told := fact.Args[ResultRoles]; told {
		named, _ := roles.(string)
		t.s.Roles = readRoles(named)
	}
	switch outcome := text(ResultOutcome); outcome {
	case JoinDone:
		t.s.Staff, t.s.Ended = true, false
		t.s.leaveStaff() // its menu tells other words now
		if i := t.s.runs(FlowRegistration); i >= 0 && t.s.Member == "" && len(t.s.Stack[i].Answers) == 0 {
			t.s.Stack = nil // it was begun for want of anything else
		}
		role := StaffRole{Role: store.Role(text("Role")), Organisation: store.Organisation(text("Organisation"))}
		t.repeat(say(locales.JoinDone, locales.Args{"Role": role.label()})...)
	case JoinOwn, JoinWrong, JoinExpired, JoinUsed:
		t.repeat(say(joinRefusals[outcome], nil)...)
	case StaffListed:
		t.begin(FlowRoles, flows.Answers{{Step: RoleLive, Codes: []string{text("N")}, Text: text(ResultLines)}}, lead...)
	case StaffActs:
		t.repeat(say(locales.AuditLast, locales.Args{"Lines": text(ResultLines)})...)
	case StaffRevoked:
		t.repeat(say(locales.RoleRevoked, nil)...)
	case StaffGone:
		t.repeat(say(locales.RoleGone, nil)...)
	case staffEnded:
		t.s.Ended = false
		t.s.leaveStaff()
		t.repeat(say(locales.RoleEnded, nil)...)
	default:
		return false
	}
	return true
}

// refusedStaff are the results where a role that the session knows does not
// permit it any more: nothing was done, and the session learns what there is.
func (h *held) refusedStaff(ctx context.Context, t thought) (map[string]string, error) {
	held, err := h.b.cfg.Store.RolesOf(ctx, h.g.Chat, h.b.now())
	if err != nil {
		return nil, err
	}
	h.b.log.Info("a role does not permit this any more", "chat", h.g.Chat, "act", t.Decide.Name)
	return map[string]string{ResultOutcome: staffEnded, ResultRoles: StaffRoles(held)}, nil
}

// demoted is the turn over the note that a role of the chat was revoked: the
// session forgets it, and what only that role may do. What else is under way, a
// registration say, goes on.
func (h *held) demoted(ctx context.Context) (outcome, sessions.SaveRequest, error) {
	out := outcome{thought: thought{Silent: true}}
	if h.stored == nil {
		return out, sessions.SaveRequest{}, nil // the next message goes on from the records
	}
	s, err := h.read()
	if err != nil {
		return out, sessions.SaveRequest{DeleteSession: true}, nil
	}
	left, err := h.b.cfg.Store.RolesOf(ctx, h.g.Chat, h.b.now())
	if err != nil {
		return out, sessions.SaveRequest{}, err
	}
	s.Ended = s.Ended || len(left) < len(s.Roles)
	s.Roles = readRoles(StaffRoles(left))
	s.leaveStaff()
	plain, err := s.Encode()
	if err != nil {
		return out, sessions.SaveRequest{}, err
	}
	sealed, err := h.b.keys.Seal("session", h.g.Chat.String(), "state", plain)
	return out, sessions.SaveRequest{Session: sealed}, err
}

// notAllowed tells whether the records refused an act for want of a role.
func notAllowed(err error) bool { return errors.Is(err, store.ErrNotAllowed) }
