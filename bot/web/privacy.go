package web

import (
	"slices"
	"strings"
	"time"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// noticesLife is how long the page may not know of a new version.
const noticesLife = time.Minute

// privacyData is what the page of the privacy notice shows.
type privacyData struct {
	Version string
	Since   string // "" where it is not on record yet
	Texts   []noticeText
	History []noticeVersion
	More    string // the word that asks for the details
}

// noticeText is the notice as people read it on one platform.
type noticeText struct {
	Channel       string
	Body, Details []string // paragraphs
}

// noticeVersion is one version with what it changed.
type noticeVersion struct {
	Version, Since string
	First          bool
	Gone, New      []string // paragraphs
}

// channelNames are the platforms as people write them.
var channelNames = map[string]string{"telegram": "Telegram", "whatsapp": "WhatsApp"}

func fillPrivacy(s *Site, v *visit) (any, error) {
	policy, err := s.Policy(v.Context())
	if err != nil {
		return nil, err
	}
	d := privacyData{Version: bot.NoticeOf(policy), More: word(v.lang, locales.CmdMore)}
	for _, n := range bot.Notices(policy) {
		if n.Language == v.lang.String() {
			d.Texts = append(d.Texts, noticeText{channelNames[n.Channel], paragraphs(n.Body), paragraphs(n.Details)})
		}
	}
	if s.Notices == nil {
		return d, nil
	}
	all, err := s.notices.get(v.Context(), s.Now(), noticesLife, s.Notices)
	if err != nil {
		return nil, err
	}
	d.History = history(all, v.lang)
	for _, h := range d.History {
		if h.Version == d.Version {
			d.Since = h.Since
		}
	}
	return d, nil
}

// history are the versions on record, the newest first. What changed is told of
// one platform: on the others the same has.
func history(all []store.Notice, lang locales.Lang) []noticeVersion {
	var out []noticeVersion
	var before []string
	for _, n := range all {
		if n.Language != lang.String() || n.Channel != "telegram" {
			continue
		}
		// A text names its version: that is no change of what it says.
		now := paragraphs(strings.ReplaceAll(n.Body+"\n"+n.Details, n.Version, "…"))
		h := noticeVersion{Version: n.Version, Since: locales.Date(lang, n.Since), First: before == nil}
		if !h.First {
			h.Gone, h.New = changed(before, now), changed(now, before)
		}
		before = now
		out = append(out, h)
	}
	slices.Reverse(out)
	return out
}

// changed are the paragraphs of one text that another lacks.
func changed(of, other []string) []string {
	var out []string
	for _, p := range of {
		if !slices.Contains(other, p) {
			out = append(out, p)
		}
	}
	return out
}

// paragraphs are the lines of a text.
func paragraphs(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
