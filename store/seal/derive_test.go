package seal

import (
	"bytes"
	"fmt"
	"regexp"
	"testing"
)

func TestChatIsABlindIndex(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	a := k.Chat("whatsapp", "whatsapp:+32470000000")
	if a != k.Chat("whatsapp", "whatsapp:+32470000000") {
		t.Error("the same address has two chats")
	}
	for name, b := range map[string]Chat{
		"other address":        k.Chat("whatsapp", "whatsapp:+32470000001"),
		"other channel":        k.Chat("telegram", "whatsapp:+32470000000"),
		"part moved":           k.Chat("whatsappw", "hatsapp:+32470000000"),
		"other keys":           newKeys(t).Chat("whatsapp", "whatsapp:+32470000000"),
		"the code of the text": Chat(k.Code("whatsapp", "whatsapp:+32470000000", 16)),
	} {
		if a == b {
			t.Errorf("%s: the same chat", name)
		}
	}
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(a.String()) {
		t.Errorf("chat prints as %s", a)
	}
	if a.IsZero() || !(Chat{}).IsZero() {
		t.Error("zero chat mistaken")
	}
}

func TestChatReadsBack(t *testing.T) {
	t.Parallel()
	want := newKeys(t).Chat("telegram", "1")
	if got, err := ParseChat(want.String()); err != nil || got != want {
		t.Errorf("ParseChat = %v, %v", got, err)
	}
	for _, bad := range []string{"", "00", want.String() + "00", want.String()[1:], "zz" + want.String()[2:]} {
		if got, err := ParseChat(bad); err == nil {
			t.Errorf("ParseChat(%q) = %v", bad, got)
		}
	}
}

func TestPartitionsAreEven(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	var count [256]int
	const chats = 25600
	for i := range chats {
		count[k.Chat("telegram", fmt.Sprint(i)).Partition()]++
	}
	for p, n := range count {
		// 100 are expected; five standard deviations on either side.
		if n < 50 || n > 150 {
			t.Errorf("partition %d holds %d of %d chats", p, n, chats)
		}
	}
}

func TestCodesAreSeparate(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	seen := map[string]string{}
	for _, purpose := range []string{"", "a", "ab", "number", "recovery", "door"} {
		for _, input := range []string{"", "b", "ab", "1:a", "message-1"} {
			name := purpose + "/" + input
			for use, out := range map[string][]byte{
				"code": k.Code(purpose, input, 32),
				"hash": k.CodeHash(purpose, input),
			} {
				if other, twice := seen[string(out)]; twice {
					t.Errorf("%s of %s is that of %s", use, name, other)
				}
				seen[string(out)] = use + " of " + name
				if len(out) != 32 {
					t.Errorf("%s of %s has %d bytes", use, name, len(out))
				}
			}
		}
	}
}

func TestCodeRepeatsAndShortens(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	long := k.Code("number", "message-1", 32)
	for n := 1; n <= 32; n++ {
		if got := k.Code("number", "message-1", n); !bytes.Equal(got, long[:n]) || cap(got) != n {
			t.Errorf("%d bytes: %x (room for %d), want %x", n, got, cap(got), long[:n])
		}
	}
	if bytes.Equal(long, newKeys(t).Code("number", "message-1", 32)) {
		t.Error("other keys give the same code")
	}
	if !bytes.Equal(k.CodeHash("recovery", "ABCD"), k.CodeHash("recovery", "ABCD")) {
		t.Error("a code has two hashes")
	}
}

func TestCodeRefusesMoreThanThereIs(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	for _, n := range []int{-1, 33} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("gave %d bytes", n)
				}
			}()
			k.Code("number", "message-1", n)
		}()
	}
}
