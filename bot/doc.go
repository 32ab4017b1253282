// Package bot is one turn of a conversation: it takes a message in, thinks,
// saves and answers, whatever the platform.
//
// It may import flows, store and locales, and none of its own children: the
// channels, the effects and the facts are handed to it by cmd/mboka.
package bot
