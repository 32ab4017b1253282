// Package synthetic makes up members, for demonstrations and tests: nobody is
// behind them, and their names and addresses say so.
//
// It is pure and repeatable: the same seed gives the same people. The weights
// are guesses (locales/reference, demo_distribution.csv), and the answers of one
// person go together: experience fits age, the profession its group, the sector
// the profession, the field the level (domain reference, section 6).
//
// It may import locales/reference and store (for the form of an answer).
package synthetic
