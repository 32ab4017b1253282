// Package protect decides which counts may be shown to staff and public: it
// keeps few people from being counted, also by subtracting what is shown.
//
// It is pure and imports nothing of the project. Every count about members that
// leaves the service goes through it: figures, dry runs, reports, pages.
//
// The rules are the domain reference's (section 2.5): under a threshold a count
// is Small and shown as "< k"; where it could still be had by subtraction,
// further cells are Hidden, so that nobody sees either that there is somebody in a
// small one; all counts are rounded. What is kept is checked, and
// a table that cannot be made safe is refused whole.
package protect
