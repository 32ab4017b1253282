package figures

import (
	"errors"
	"fmt"
	"slices"

	"mboka/bot/protect"
)

// Query is a question as it was understood: count members, by some variables,
// where others have certain values.
type Query struct {
	By        []string // variables of the rows, then of the columns; at most two
	Where     []Filter
	Qualified bool // only qualified members
	Share     bool // a percentage is asked for
	// Measure is what is told of them, where it is not how many they are.
	Measure Measure `json:",omitempty"`
	Public  bool    `json:",omitempty"` // for a public page
	Split   Split   `json:",omitempty"` // of the measure Funnel
}

// Filter keeps members who have one of the codes.
type Filter struct {
	Variable string
	Codes    []string
}

// ErrQuery: a question that cannot be counted.
var ErrQuery = errors.New("not a question that can be counted")

func (q Query) check() error {
	if len(q.By) > 2 {
		return fmt.Errorf("%w: by %d variables", ErrQuery, len(q.By))
	}
	seen := map[string]bool{}
	for _, key := range q.By {
		if _, known := VariableOf(key); !known || seen[key] {
			return fmt.Errorf("%w: by %q", ErrQuery, key)
		}
		seen[key] = true
	}
	for i, f := range q.Where {
		if _, known := VariableOf(f.Variable); !known || len(f.Codes) == 0 {
			return fmt.Errorf("%w: where %q", ErrQuery, f.Variable)
		}
		if slices.ContainsFunc(q.Where[:i], func(o Filter) bool { return o.Variable == f.Variable }) {
			return fmt.Errorf("%w: %q twice", ErrQuery, f.Variable)
		}
	}
	return q.checkMeasure()
}

// meets tells whether a question lets a value of a variable be counted: of one
// that people have several of, any value may go with those that are asked for.
func (q Query) meets(v Variable, code string) bool {
	return v.Several || !slices.ContainsFunc(q.Where, func(f Filter) bool {
		return f.Variable == v.Key && !slices.Contains(f.Codes, code)
	})
}

// variables are those that fix a cell, each once.
func (q Query) variables() []string {
	keys := slices.Clone(q.By)
	for _, f := range q.Where {
		if !slices.Contains(keys, f.Variable) {
			keys = append(keys, f.Variable)
		}
	}
	return keys
}

// Fine says how finely the question looks.
func (q Query) Fine() protect.Fine {
	keys := q.variables()
	fine := protect.Fine{Variables: len(keys), Sensitive: q.Public}
	if q.Qualified {
		fine.Variables++
	}
	for _, key := range keys {
		v, _ := VariableOf(key)
		fine.Sensitive = fine.Sensitive || v.Sensitive || slices.Contains(q.By, key) && returning(key)
	}
	for _, f := range q.Where {
		for _, code := range f.Codes {
			fine.Sensitive = fine.Sensitive || sensitiveValue(f.Variable, code)
		}
	}
	return fine
}
