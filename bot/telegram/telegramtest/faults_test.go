package telegramtest

import "testing"

func TestOddAnswerToWhatIsRefused(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	s.Open(8, "fr")
	s.Deactivate(8)
	s.Fail("sendMessage", OddAfter())
	if got := form(t, s, "sendMessage", map[string]string{"chat_id": "8", "text": "x"}); got.OK || got.status != 403 {
		t.Errorf("an odd answer to what is refused: %+v", got)
	}
}
