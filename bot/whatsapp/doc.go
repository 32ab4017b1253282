// Package whatsapp is the bot's WhatsApp channel, through Twilio. It sends
// replies by the REST API, turns signed webhooks into bot.Inbound and status
// callbacks into Status, and keeps the Content objects by which WhatsApp shows
// buttons and lists.
//
// Who has not written for 24 hours gets only texts that WhatsApp has approved.
// templates.go is the table of them: which kind of notice has one, in which
// category, with which fields, and which wait until the person writes. A text
// is named by a hash of its words; one that was submitted is never changed.
//
// Texts go out as they are. WhatsApp has no escape character, and an invisible
// one would spoil codes that people copy, so the catalogues avoid * _ ~ and `.
//
// It may import bot, store, locales and, of twilio-go, only client, rest/api/v2010 and
// rest/content/v1: the root package takes a gigabyte and minutes to compile.
// Nothing outside this folder imports twilio-go.
package whatsapp
