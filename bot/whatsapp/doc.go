// Package whatsapp is the bot's WhatsApp channel, through Twilio. It sends
// replies by the REST API, turns signed webhooks into bot.Inbound and status
// callbacks into Status, and keeps the Content objects by which WhatsApp shows
// buttons and lists.
//
// Texts go out as they are. WhatsApp has no escape character, and an invisible
// one would spoil codes that people copy, so the catalogues avoid * _ ~ and `.
//
// It may import bot and, of twilio-go, only client, rest/api/v2010 and
// rest/content/v1: the root package takes a gigabyte and minutes to compile.
// Nothing outside this folder imports twilio-go.
package whatsapp
