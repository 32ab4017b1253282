package main

import (
	"log/slog"
	"net/url"
	"time"

	"mboka/bot/web"
)

// site is the public pages over open stores. public is the address of the
// service, "" where it has none.
func (s *stores) site(public string, demo bool, log *slog.Logger) *web.Site {
	return &web.Site{Origin: originOf(public), Now: time.Now, Policy: s.policy(), Demo: demo, Logger: log}
}

// originOf is the scheme and host of an address, "" of none.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
