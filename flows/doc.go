// Package flows is the conversation engine. It is pure: a flow, a state and an
// input give a new state, one prompt and events. It has no clock, no database
// and no randomness, and it does not change its arguments.
//
// A flow is a Go value that reads like the form it is. Its steps hold fields
// (package flows/fields), conditions and routes as data, so that a flow can be
// listed, checked (Check) and drawn (Draw).
//
// It may import locales and locales/reference, nothing else of the project.
package flows
