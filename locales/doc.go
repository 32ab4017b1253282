// Package locales holds every sentence, button and word of the service in
// French, English and Lingala, under typed keys, and prints them.
//
// The catalogues fr.toml, en.toml and ln.toml are part of the binary. French is
// the master: a text that one of the others lacks is printed in French. In
// ln.toml each message says in its description how far to trust it; REVIEW.md
// lists what a native reader should look at first.
//
// It may import go-i18n, the TOML reader and golang.org/x/text, and nothing of
// the project.
package locales
