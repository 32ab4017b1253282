package reference

import (
	"net"
	"net/url"
	"strings"
)

// longestLink is in bytes: it stands in a message beside all else.
const longestLink = 200

// SafeLink is a text as a link that may stand on a public page; ok is false
// where it may not: a scheme but https, a bare number for a host, a user or
// password, a port, signs that belong in no address. The host is written so
// that one sees where it leads: letters of other scripts, which may look like
// ours, are refused.
func SafeLink(text string) (link string, ok bool) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || len(text) > longestLink || strings.ToLower(u.Scheme) != "https" || u.User != nil || u.Port() != "" || u.Opaque != "" ||
		strings.ContainsAny(text, " <>\"'`\\{}|^") {
		return "", false
	}
	host := strings.ToLower(u.Hostname())
	labels := strings.Split(host, ".")
	if len(labels) < 2 || net.ParseIP(host) != nil || strings.IndexFunc(host, notHost) >= 0 || strings.Trim(labels[len(labels)-1], "0123456789") == "" {
		return "", false
	}
	for _, l := range labels {
		if l == "" || strings.HasPrefix(l, "xn--") {
			return "", false
		}
	}
	u.Scheme, u.Host = "https", host
	return u.String(), len(u.String()) <= longestLink
}

func notHost(r rune) bool {
	return r != '.' && r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
}
