package figures

import (
	"encoding/binary"
	"math/bits"
)

// set is a set of small numbers.
type set []uint64

func (s set) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }
func (s set) put(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) drop(i int)     { s[i/64] &^= 1 << (i % 64) }
func (s set) size() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s set) each(do func(i int)) {
	for at, w := range s {
		for ; w != 0; w &= w - 1 {
			do(at*64 + bits.TrailingZeros64(w))
		}
	}
}

func newSet(size int) set { return make(set, (size+63)/64) }

func (s set) empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

// key is a set as one that a map can hold.
func (s set) key() string { return string(s.append(nil)) }

func (s set) append(to []byte) []byte {
	for _, w := range s {
		to = binary.LittleEndian.AppendUint64(to, w)
	}
	return to
}
