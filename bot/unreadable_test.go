package bot_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"mboka/bot"
	"mboka/store/seal"
	"mboka/store/sessions"
)

// errorLog keeps what is logged, safe for a bot and a test at once.
type errorLog struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *errorLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

func (l *errorLog) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.Buffer.String() }

// spoil puts other bytes in the place of a chat's session.
func spoil(t *testing.T, s *sessions.Store, chat seal.Chat, session []byte) {
	t.Helper()
	g, free, err := s.Claim(context.Background(), chat, "spoiler")
	if err != nil || !free {
		t.Fatal(free, err)
	}
	if _, err := s.Save(context.Background(), g, sessions.SaveRequest{Token: "spoil", Session: session}); err != nil {
		t.Fatal(err)
	}
}

// TestUnreadableSession spoils the stored session in every way that comes to
// mind: the person goes on from the records, at the first gap, with all
// answers, and only once; the next message finds a good session again.
func TestUnreadableSession(t *testing.T) {
	t.Parallel()
	plain := map[string]string{
		"no JSON":            "\x00\x01\x02\xff",
		"empty":              "",
		"cut off":            `{"v":1,"l":"fr","h":true,"m":"0198`,
		"an older version":   `{"v":0,"l":"fr","h":true}`,
		"a newer version":    `{"v":2,"l":"fr","h":true}`,
		"an unknown flow":    `{"v":1,"l":"fr","s":["AQRnb25l"]}`,
		"a state cut off":    `{"v":1,"l":"fr","s":["AQxyZWdpc3Ry"]}`,
		"a state of nothing": `{"v":1,"l":"fr","s":[""]}`,
		"other types":        `{"v":1,"l":7,"s":{"a":1}}`,
	}
	for name, content := range plain {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			unreadable(t, func(k *seal.Keys, chat seal.Chat) ([]byte, error) {
				return k.Seal("session", chat.String(), "state", []byte(content))
			})
		})
	}
	t.Run("not sealed", func(t *testing.T) {
		t.Parallel()
		unreadable(t, func(*seal.Keys, seal.Chat) ([]byte, error) { return []byte(`{"v":1,"l":"fr"}`), nil })
	})
	t.Run("sealed for another chat", func(t *testing.T) {
		t.Parallel()
		unreadable(t, func(k *seal.Keys, _ seal.Chat) ([]byte, error) {
			return k.Seal("session", k.Chat("telegram", "another").String(), "state", []byte(`{"v":1,"l":"fr"}`))
		})
	})
}

func unreadable(t *testing.T, spoiled func(*seal.Keys, seal.Chat) ([]byte, error)) {
	t.Helper()
	var cfg bot.Config
	log := &errorLog{}
	// Nothing is written behind on its own: the last answers wait in Redis.
	r := newRig(t, time.Hour, func(c *bot.Config) {
		c.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelError}))
		cfg = *c
	})
	r.tap(r.tap(r.counted(), "continue"), "field_ict")
	r.bot.Idle()
	chat := cfg.Keys.Chat("telegram", "4711")
	session, err := spoiled(cfg.Keys, chat)
	if err != nil {
		t.Fatal(err)
	}
	spoil(t, cfg.Sessions, chat, session)
	m := r.write("zzzz")
	if len(m.Keys) != 2 || m.Keys[0] != "lost_found" || m.Keys[1] != "q_sector" || m.Language != "fr" {
		t.Fatalf("said %v in %s", m.Keys, m.Language)
	}
	if n := strings.Count(log.String(), "session cannot be read"); n != 1 || strings.Count(log.String(), "level=ERROR") != 1 {
		t.Errorf("the log has %s", log)
	}
	m = r.tap(m, "ict_media")
	if m = r.write("mes données"); !strings.Contains(m.Text, "Belgique") || strings.Count(log.String(), "level=ERROR") != 1 {
		t.Errorf("said %q, logged %s", m.Text, log)
	}
}

// TestUnreadableSessionOfAStranger: without records it is a fresh start.
func TestUnreadableSessionOfAStranger(t *testing.T) {
	t.Parallel()
	var cfg bot.Config
	r := newRig(t, time.Hour, func(c *bot.Config) { cfg = *c })
	r.tap(r.write("mbote"), "fr")
	r.bot.Idle()
	spoil(t, cfg.Sessions, cfg.Keys.Chat("telegram", "4711"), []byte("rubbish"))
	m := r.write("zzzz")
	if m.Keys[len(m.Keys)-1] != "lang_choice" {
		t.Fatalf("said %v", m.Keys)
	}
	if m = r.tap(m, "fr"); m.Keys[len(m.Keys)-1] != "notice" {
		t.Errorf("said %v", m.Keys)
	}
}
