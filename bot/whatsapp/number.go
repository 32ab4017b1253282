package whatsapp

import "regexp"

// dialled are the digits of a sender that is a telephone number.
var dialled = regexp.MustCompile(`^(?:whatsapp:)?\+([0-9]{6,15})$`)

// Number is the number that people write to, as digits; "" where the sender is
// none.
func (c *Channel) Number() string {
	if m := dialled.FindStringSubmatch(c.from); m != nil {
		return m[1]
	}
	return ""
}
