package fields

import (
	"mboka/flows"
	"mboka/locales/reference"
)

// calledList makes a list of the reference data, with what people call its options.
func calledList(list string) *flows.List {
	l := flows.NewList(Options(list), nil)
	for _, w := range reference.Words(list) {
		for _, code := range w.Codes {
			l.Call(code, w.Text, w.Sure)
		}
	}
	return l
}
