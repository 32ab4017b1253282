// Package fields holds the kinds of answer that a question can have: a choice
// of one, of several, a band that takes a quantity, a short text, a place, a
// province in two steps, and a consent that takes exact words only.
//
// It may import flows and locales.
package fields
