package bot

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"mboka/flows"
	"mboka/locales"
	"mboka/store"
)

// NoticeVersion is the version of the privacy notice's meaning in the
// catalogues. It goes up when the meaning changes: 2 says that there is a public
// directory, and who reads it.
const NoticeVersion = "2"

// NoticeHolds is the oldest version of the notice's meaning that a yes to still
// holds. It goes up with NoticeVersion where the change needs a new yes: a new
// purpose, somebody else who receives data, a longer time. It does not for a
// plainer sentence, or another telephone number of the organisation. Nor does it
// for the directory of meaning 2: nobody is in it by this yes, but by one of its
// own (store.ForDirectory), to a text that says who reads a card, under the card
// itself; for who gave only the older yes nothing has become another.
const NoticeHolds = 1

// FlowNotice asks again, and FactAgreed is what was agreed to.
const (
	FlowNotice = "notice"
	FactAgreed = "agreed"
)

// meaning is the version of the meaning in a version of the notice; 0 when
// there is none.
func meaning(version string) int {
	major, _, _ := strings.Cut(version, ".")
	n, _ := strconv.Atoi(major)
	return n
}

// renotice asks somebody who agreed to a notice that meant something else,
// once, when nothing else is asked: in place of the menu. Where much is said
// before the menu it waits for the next message: the notice alone is nearly as
// long as a message may be.
func (t *thinker) renotice() {
	holds := t.b.cfg.NoticeHolds
	top, ok := t.s.top()
	if holds <= 1 || t.s.Member == "" || t.s.Agreed >= holds || !ok || top.Flow != FlowMenu ||
		t.out.Silent || t.out.Forget || t.out.Need != "" || !t.brief(t.out.Prompt.Lead) {
		return
	}
	fact, known := t.facts[FactAgreed]
	if !known {
		t.out.Need = FactAgreed
		return
	}
	t.s.Agreed = holds
	if version, _ := fact.Args["Version"].(string); version == "" || meaning(version) >= holds {
		return
	}
	lead := append(t.out.Prompt.Lead[:len(t.out.Prompt.Lead):len(t.out.Prompt.Lead)], flows.Line{Key: locales.NoticeChanged})
	t.s.Stack = t.s.Stack[:len(t.s.Stack)-1]
	t.begin(FlowNotice, nil, lead...)
}

// brief tells whether lines leave room for a long text behind them.
func (t *thinker) brief(lines []flows.Line) bool {
	n := 0
	for _, l := range lines {
		if len(locales.Fields(locales.FR, l.Key)) > 0 {
			return false // whatever fills them may be long
		}
		n += len(locales.Text(t.s.language(), l.Key, nil))
	}
	return n <= longestLead
}

// noticeChannels are where the notice is read, each with its own carrier.
var noticeChannels = []struct {
	name string
	caps Capabilities
}{{"telegram", TelegramCapabilities}, {"whatsapp", WhatsAppCapabilities}}

// shown are the settings that the notice and its details show.
type shown struct{ organisation, contact, host, complaintBody, verifyURL string }

type noticed struct {
	shown   shown
	version string
}

// lastNoticed is the version of the settings asked about last: they seldom
// change, and every text asks for it.
var lastNoticed atomic.Pointer[noticed]

// NoticeOf is the version of the privacy notice as people read it under these
// settings: that of its meaning, and six digits that are others whenever a word
// of it is another, in any language, because the texts or the settings in them
// have changed. Consents are stored with it.
func NoticeOf(p store.Policy) string {
	now := shown{p.Organisation, p.Contact, p.Host, p.ComplaintBody, p.VerifyURL}
	if last := lastNoticed.Load(); last != nil && last.shown == now {
		return last.version
	}
	sum := sha256.New()
	for _, n := range noticesOf(p, "") {
		fmt.Fprintf(sum, "%s\x00%s\x00%s\x00%s\x00", n.Language, n.Channel, n.Body, n.Details)
	}
	version := NoticeVersion + "." + hex.EncodeToString(sum.Sum(nil)[:3])
	lastNoticed.Store(&noticed{now, version})
	return version
}

// Notices are all texts of the privacy notice under these settings.
func Notices(p store.Policy) []store.Notice { return noticesOf(p, NoticeOf(p)) }

func noticesOf(p store.Policy, version string) []store.Notice {
	var all []store.Notice
	for _, lang := range locales.Langs {
		for _, c := range noticeChannels {
			args := baseArgs(p, "", c.caps, lang, version)
			all = append(all, store.Notice{
				Version: version, Language: lang.String(), Channel: c.name,
				Body: locales.Text(lang, locales.Notice, args), Details: locales.Text(lang, locales.NoticeDetails, args),
			})
		}
	}
	return all
}

// notice is the version that the person has read last; where that is not
// known, the one in force.
func (h *held) notice(ctx context.Context, s Session) (string, error) {
	if s.Notice != "" {
		return s.Notice, nil
	}
	policy, err := h.b.cfg.Policy(ctx)
	if err != nil {
		return "", fmt.Errorf("read settings: %w", err)
	}
	return NoticeOf(policy), nil
}

// showsNotice tells whether the notice itself is in a prompt.
func showsNotice(p flows.Prompt) bool {
	for _, line := range append(p.Lead[:len(p.Lead):len(p.Lead)], p.Body) {
		if line.Key == locales.Notice {
			return true
		}
	}
	return false
}

// AgreedTo is the version that a consent is stored with.
func (d Doing) AgreedTo() string { return cmp.Or(d.Notice, NoticeVersion) }
