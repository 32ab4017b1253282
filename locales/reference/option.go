package reference

import (
	"math"
	"strconv"
	"strings"
	"sync"

	"mboka/locales"
)

// Option is one row of a list that people choose from.
type Option struct {
	Code      string
	Label     locales.Label // at most 24 characters, 20 in lists of 3 or fewer
	Desc      locales.Label // at most 72 characters, often empty
	Exclusive bool          // in a list of several, clears the others
	// Flag is "end_flow" (the flow ends, nothing is kept), "counsel" (shows an
	// advice once), "text" (opens a short text), "off_by_default" or empty.
	Flag string
	// Classes are codes of the classification that the list follows.
	Classes []string
	// Low and High bound the quantities that fall into a band, both included.
	// High 0 is open above, except in a band that holds 0 alone: ask Holds.
	Low, High  int
	HasRange   bool
	Confidence string // of the Lingala: "high", "medium" or "low"
}

// Holds says whether a quantity falls into the band.
func (o Option) Holds(n int) bool {
	high := o.High
	if high == 0 && o.Low > 0 {
		high = math.MaxInt
	}
	return o.HasRange && n >= o.Low && n <= high
}

type options struct {
	of   map[string][]Option
	keys []string // in the order of the file
}

var loadOptions = sync.OnceValues(func() (options, error) {
	all := options{of: map[string][]Option{}}
	t, err := open("options.csv", "list_key", "order", "code", "label_fr", "label_en", "label_ln", "desc_fr", "desc_en",
		"desc_ln", "exclusive", "flag", "classification", "classification_codes", "ln_confidence")
	if err != nil {
		return all, err
	}
	err = t.each(func(r *row) {
		key := r.must("list_key")
		if _, ok := all.of[key]; !ok {
			all.keys = append(all.keys, key)
		}
		if r.integer("order") != len(all.of[key])+1 {
			r.fault("order of %s is not consecutive", key)
		}
		all.of[key] = append(all.of[key], readOption(r))
	})
	return all, err
})

func readOption(r *row) Option {
	o := Option{
		Code:       r.must("code"),
		Label:      locales.Label{r.must("label_fr"), r.must("label_en"), r.must("label_ln")},
		Desc:       locales.Label{r.text("desc_fr"), r.text("desc_en"), r.text("desc_ln")},
		Exclusive:  r.text("exclusive") == "yes",
		Flag:       r.text("flag"),
		Confidence: r.must("ln_confidence"),
	}
	codes := r.text("classification_codes")
	if !strings.HasPrefix(r.text("classification"), "own bands") {
		o.Classes = strings.Fields(codes)
		return o
	}
	if codes == "" {
		return o
	}
	var ok bool
	if o.Low, o.High, ok = band(codes); !ok {
		r.fault("%q is not a band", codes)
	}
	o.HasRange = ok
	return o
}

// band reads "<n", ">=n", "a-b" or "n".
func band(s string) (low, high int, ok bool) {
	if below, is := strings.CutPrefix(s, "<"); is {
		n, err := strconv.Atoi(below)
		return 0, n - 1, err == nil && n > 0
	}
	if from, is := strings.CutPrefix(s, ">="); is {
		n, err := strconv.Atoi(from)
		return n, 0, err == nil && n > 0
	}
	from, to, is := strings.Cut(s, "-")
	if !is {
		to = from
	}
	low, err := strconv.Atoi(from)
	high, err2 := strconv.Atoi(to)
	return low, high, err == nil && err2 == nil && low <= high
}

// List is a list of options by its key, in the order to show; nil when there is
// none. The slice is shared: do not modify it.
func List(key string) []Option {
	all, _ := loadOptions()
	return all.of[key]
}

// Lists are the keys of all lists of options. Do not modify the slice.
func Lists() []string {
	all, _ := loadOptions()
	return all.keys
}
