package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"mboka/bot"
	"mboka/bot/console"
)

// terminal is one person at one phone, in a terminal: the console channel and
// the production loop behind it.
type terminal struct {
	out  io.Writer
	as   string // telegram or whatsapp
	addr string
	save io.Writer // where the dialogue goes as a transcript; nil: nowhere

	channel *console.Channel
	mu      sync.Mutex
	shown   chan struct{}
	n       int
}

// phoneOf is the number of the imitated WhatsApp phone: a reserved one.
const phoneOf = "+32460000000"

func newTerminal(out io.Writer, as, addr string, save io.Writer) *terminal {
	t := &terminal{out: out, as: as, addr: addr, save: save, shown: make(chan struct{}, 16)}
	t.channel = console.New(as, imitated[as], t.show)
	return t
}

// imitated are the limits of the platforms that can be imitated.
var imitated = map[string]bot.Capabilities{"telegram": bot.TelegramCapabilities, "whatsapp": bot.WhatsAppCapabilities}

// show prints a message as the phone would: buttons in brackets, rows with
// their numbers to tap. What goes to the phones of made-up people, as an
// announcement does, arrives there unseen.
func (t *terminal) show(address string, m bot.Message) {
	if address != t.addr {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if m.Picture != nil {
		fmt.Fprintf(t.out, "< [%s, %d bytes] %s\n", m.Picture.Name, len(m.Picture.Data), m.Text)
		return
	}
	if m.File != nil {
		fmt.Fprintf(t.out, "< [%s, %d bytes] %s\n", m.File.Name, len(m.File.Data), m.Text)
		return // what the person wrote is answered by the message behind it
	}
	for i, l := range strings.Split(m.Text, "\n") {
		mark := "  "
		if i == 0 {
			mark = "< "
		}
		fmt.Fprintln(t.out, mark+l)
	}
	n := 0
	for _, c := range append(append([]bot.Choice(nil), m.Choices...), m.Actions...) {
		n++
		tick := ""
		if c.Ticked {
			tick = "✅ "
		}
		line := fmt.Sprintf("    #%d [%s%s]", n, tick, c.Label)
		if c.Desc != "" && m.Layout == bot.List {
			line += "  " + c.Desc
		}
		fmt.Fprintln(t.out, line)
	}
	if t.save != nil {
		fmt.Fprintln(t.save, "< "+strings.Join(m.Keys, " "))
	}
	select {
	case t.shown <- struct{}{}:
	default:
	}
}

// talk reads lines until the input ends. "#2" taps the second button; anything
// else is typed.
func (t *terminal) talk(ctx context.Context, in io.Reader, accept bot.Accept, lang string) error {
	fmt.Fprintln(t.out, "Write as on a phone; #2 taps the second button; Ctrl-D ends.")
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(in); s.Scan(); {
			select {
			case lines <- s.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		fmt.Fprint(t.out, "> ")
		select {
		case <-ctx.Done():
			return nil
		case line, more := <-lines:
			if !more {
				fmt.Fprintln(t.out)
				return nil
			}
			if strings.TrimSpace(line) == "" {
				continue
			}
			if err := t.say(ctx, line, accept, lang); err != nil {
				return err
			}
		}
	}
}

// replyWait is how long the prompt waits for an answer before it comes back:
// some messages have none.
const replyWait = 10 * time.Second

func (t *terminal) say(ctx context.Context, line string, accept bot.Accept, lang string) error {
	in := bot.Inbound{Channel: t.as, Address: t.addr, Kind: bot.Text, Text: line, Language: lang}
	if t.as == "whatsapp" {
		in.Phone = phoneOf
	}
	if digits, ok := strings.CutPrefix(line, "#"); ok {
		n, _ := strconv.Atoi(digits)
		c, err := t.channel.Tapped(t.addr, n)
		if err != nil {
			fmt.Fprintln(t.out, "  ("+err.Error()+")")
			return nil
		}
		in.Kind, in.Text, in.Payload, in.Source = bot.Tap, "", c.Payload, "last"
		_, _, code, _ := bot.ReadPayload(c.Payload)
		line = "[" + strings.TrimLeft(code, "+-") + "]"
	}
	if t.save != nil {
		fmt.Fprintln(t.save, "> "+line)
	}
	t.n++
	in.ID = fmt.Sprintf("%d-%d", time.Now().UnixNano(), t.n)
	for len(t.shown) > 0 {
		<-t.shown // of a message that came late
	}
	if err := accept(ctx, in); err != nil {
		return err
	}
	select {
	case <-t.shown:
	case <-time.After(replyWait):
	case <-ctx.Done():
	}
	return nil
}
