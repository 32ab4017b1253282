// Package telegram is the Telegram side of the service: it sends rendered
// messages by the Bot API, and takes updates in by webhook or by long polling.
//
// It may import bot and the go-telegram SDK, and no other part of the service.
// The SDK makes outgoing calls only: its receivers acknowledge an update before
// it is durable and refuse whole updates for one unknown word in them, so both
// receivers and the decoding are here.
//
// Only private chats are served; groups and channels meet silence.
package telegram
