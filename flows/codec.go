package flows

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// The stored form of a state is a list of fields: a tag, a length, the bytes.
// A later version may add tags; unknown ones are passed over, so that a state
// written by a newer replica is readable by an older one during a restart.
const (
	tagFlow byte = iota + 1
	tagVersion
	tagRun
	tagStep
	tagAnswer
	tagSub
	tagTick
	tagMisses
	tagPending
	tagReturn
	tagTold
)

// Tags inside an answer.
const (
	tagAnswerStep byte = iota + 1
	tagCode
	tagText
	tagSkipped
	tagProofMessage
	tagProofAt
)

var errStored = errors.New("stored state cannot be read")

func appendText(b []byte, tag byte, s string) []byte {
	if s == "" {
		return b
	}
	return append(binary.AppendUvarint(append(b, tag), uint64(len(s))), s...)
}

func appendNumber(b []byte, tag byte, n int64) []byte {
	if n == 0 {
		return b
	}
	var buf [binary.MaxVarintLen64]byte
	return appendText(b, tag, string(buf[:binary.PutVarint(buf[:], n)]))
}

// Encode gives the stored form. It is not sealed yet.
func (s State) Encode() ([]byte, error) {
	b := make([]byte, 0, 64+48*len(s.Answers))
	b = appendText(b, tagFlow, s.Flow)
	b = appendNumber(b, tagVersion, int64(s.Version))
	b = appendText(b, tagRun, s.Run)
	b = appendText(b, tagStep, s.Step)
	var answer []byte
	for _, a := range s.Answers {
		answer = a.append(answer[:0])
		b = append(binary.AppendUvarint(append(b, tagAnswer), uint64(len(answer))), answer...)
	}
	b = appendText(b, tagSub, s.Sub)
	for _, t := range s.Ticks {
		b = appendText(b, tagTick, t)
	}
	b = appendNumber(b, tagMisses, int64(s.Misses))
	if s.Pending != nil {
		pending, err := json.Marshal(s.Pending) // rare, and of many shapes
		if err != nil {
			return nil, fmt.Errorf("encode state: %w", err)
		}
		b = appendText(b, tagPending, string(pending))
	}
	b = appendText(b, tagReturn, s.Return)
	for _, t := range s.Told {
		b = appendText(b, tagTold, t)
	}
	return b, nil
}

func (x Answered) append(b []byte) []byte {
	b = appendText(b, tagAnswerStep, x.Step)
	for _, c := range x.Codes {
		b = appendText(b, tagCode, c)
	}
	b = appendText(b, tagText, x.Text)
	if x.Skipped {
		b = appendNumber(b, tagSkipped, 1)
	}
	if x.Proof != nil {
		b = appendText(b, tagProofMessage, x.Proof.MessageID)
		b = appendNumber(b, tagProofAt, x.Proof.At.UnixMicro())
	}
	return b
}

// Decode reads the stored form. All texts share one copy of it.
func Decode(stored []byte) (State, error) {
	var s State
	s.Answers = make(Answers, 0, 24)
	codes := make([]string, 0, 40)
	err := fields(string(stored), func(tag byte, value string) (err error) {
		switch tag {
		case tagFlow:
			s.Flow = value
		case tagVersion:
			s.Version, err = readInt(value)
		case tagRun:
			s.Run = value
		case tagStep:
			s.Step = value
		case tagAnswer:
			var a Answered
			a, codes, err = readAnswer(value, codes)
			s.Answers = append(s.Answers, a)
		case tagSub:
			s.Sub = value
		case tagTick:
			s.Ticks = append(s.Ticks, value)
		case tagMisses:
			s.Misses, err = readInt(value)
		case tagPending:
			s.Pending = new(Pending)
			err = json.Unmarshal([]byte(value), s.Pending)
		case tagReturn:
			s.Return = value
		case tagTold:
			s.Told = append(s.Told, value)
		}
		return err
	})
	if err != nil {
		return State{}, fmt.Errorf("decode state: %w", err)
	}
	return s, nil
}

// readAnswer takes its codes from the end of a shared list.
func readAnswer(stored string, codes []string) (Answered, []string, error) {
	var a Answered
	first := len(codes)
	err := fields(stored, func(tag byte, value string) error {
		switch tag {
		case tagAnswerStep:
			a.Step = value
		case tagCode:
			codes = append(codes, value)
		case tagText:
			a.Text = value
		case tagSkipped:
			a.Skipped = true
		case tagProofMessage:
			if a.Proof == nil {
				a.Proof = new(Proof)
			}
			a.Proof.MessageID = value
		case tagProofAt:
			at, err := readInt(value)
			if err != nil {
				return err
			}
			if a.Proof == nil {
				a.Proof = new(Proof)
			}
			a.Proof.At = time.UnixMicro(int64(at)).UTC()
		}
		return nil
	})
	if len(codes) > first {
		a.Codes = slices.Clip(codes[first:])
	}
	return a, codes, err
}

// fields calls back for each field of a stored list.
func fields(stored string, field func(tag byte, value string) error) error {
	for len(stored) > 0 {
		tag := stored[0]
		length, n := uvarint(stored[1:])
		if n <= 0 || length > uint64(len(stored)-1-n) {
			return errStored
		}
		begin := 1 + n
		if err := field(tag, stored[begin:begin+int(length)]); err != nil {
			return err
		}
		stored = stored[begin+int(length):]
	}
	return nil
}

// uvarint is binary.Uvarint for a string.
func uvarint(s string) (uint64, int) {
	var buf [binary.MaxVarintLen64]byte
	return binary.Uvarint(buf[:copy(buf[:], s)])
}

func readInt(s string) (int, error) {
	var buf [binary.MaxVarintLen64]byte
	n, read := binary.Varint(buf[:copy(buf[:], s)])
	if read <= 0 || read != len(s) {
		return 0, errStored
	}
	return int(n), nil
}
