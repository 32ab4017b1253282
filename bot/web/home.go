package web

import (
	"context"
	"time"

	"mboka/locales"
	"mboka/store"
)

// readers are the names of organisations whose people may ask for figures.
var readers = map[store.Organisation]locales.Key{
	store.IOM: locales.WebReaderIom, store.Ministry: locales.WebReaderMinistry,
	store.Association: locales.WebReaderAssociation, store.OtherOrg: locales.WebReaderOther,
}

// readersLife is how long the first page may not know of a new reader.
const readersLife = time.Minute

// homeData is what the first page shows.
type homeData struct {
	Policy store.Policy
	// Readers are those who may ask for figures, named; Known is false where
	// nobody can be asked.
	Readers []locales.Key
	Known   bool
}

func fillHome(s *Site, v *visit) (any, error) {
	var d homeData
	var err error
	if d.Policy, err = s.Policy(v.Context()); err != nil {
		return nil, err
	}
	if s.Readers == nil {
		return d, nil
	}
	all, err := s.readers.get(v.Context(), s.Now(), readersLife, func(ctx context.Context) ([]store.Organisation, error) {
		return s.Readers(ctx, s.Now())
	})
	if err != nil {
		return nil, err
	}
	d.Known = true
	for _, o := range all {
		d.Readers = append(d.Readers, readers[o])
	}
	return d, nil
}
