package reference

import (
	"strings"
	"sync"
)

// Weight is how common a value is among made-up members: our guesses, made for
// demonstrations and tests only (demo_distribution.csv).
type Weight struct {
	Value   string
	Percent float64
	// Women is their percentage in the UN's migrant stock of that country (2019);
	// 0 where unknown or where the value is no country.
	Women float64
}

var loadWeights = sync.OnceValues(func() (map[string][]Weight, error) {
	all := map[string][]Weight{}
	t, err := open("demo_distribution.csv", "dimension", "value", "given", "weight_percent", "un_2019_percent_women")
	if err != nil {
		return all, err
	}
	err = t.each(func(r *row) {
		key := r.must("dimension")
		if given := r.text("given"); given != "" {
			step, value, ok := strings.Cut(given, "=")
			if !ok || step != "profession_group" || key != "profession" {
				r.fault("unknown condition %q", given)
			}
			key += "/" + value
		}
		w := Weight{Value: r.must("value"), Percent: r.number("weight_percent"), Women: r.number("un_2019_percent_women")}
		if w.Percent <= 0 || w.Percent > 100 {
			r.fault("weight of %s", w.Value)
		}
		all[key] = append(all[key], w)
	})
	return all, err
})

// Weights are those of a question, by its key; of "profession/GROUP" for the
// professions of a group. The slice is shared: do not modify it.
func Weights(question string) []Weight {
	all, _ := loadWeights()
	return all[question]
}
