// Package reference holds the lists that people choose from and the places they
// name: countries, cities abroad, provinces, options and classifications, with
// labels in the three languages, and finds a place in what somebody typed.
//
// The tables are CSV files in the binary, read once when first needed; README.md
// names their sources and licences. The Lingala interface shows the French names
// of countries, cities and provinces, because readers know those; Lingala names
// are understood.
//
// It may import locales, go-edlib and golang.org/x/text, and nothing else of the
// project.
package reference
