package synthetic

import (
	"iter"
	"math/rand/v2"
	"slices"

	"mboka/locales/reference"
)

// Trainee is a made-up official who answered before and after a workshop. Marks go
// from 1 to 5; Content is 0 where it was skipped.
type Trainee struct {
	Institution   string
	Topics        []string
	Before, After int
	Content       int
}

// How trainees answer, in percent (our guesses, as all demo weights).
const (
	tellsTopics  = 90
	tellsContent = 85
)

// firstMarks, gains and contents are how often of a hundred each mark, or step
// between two, comes up; the rest is the last of them.
var (
	firstMarks = [...]float64{20, 40, 28, 10, 2}
	gains      = [...]float64{22, 48, 30}
	contents   = [...]float64{2, 6, 22, 45, 25}
)

// mostTopics as the questionnaire has it.
const mostTopics = 3

// Trainees are a number of them, always the same for a seed.
func Trainees(n int, seed uint64) iter.Seq[Trainee] {
	var institutions, topics []string
	for _, o := range reference.List("official_institution") {
		if o.Flag != "off_by_default" {
			institutions = append(institutions, o.Code)
		}
	}
	for _, o := range reference.List("workshop_topics") {
		topics = append(topics, o.Code)
	}
	return func(yield func(Trainee) bool) {
		for i := range n {
			d := draw{rand.New(rand.NewPCG(seed, 1<<32+uint64(i)))}
			t := Trainee{Institution: institutions[d.early(len(institutions))]}
			if d.chance(tellsTopics) {
				for range 1 + d.IntN(mostTopics) {
					if topic := topics[d.early(len(topics))]; !slices.Contains(t.Topics, topic) {
						t.Topics = append(t.Topics, topic)
					}
				}
			}
			t.Before = 1 + d.step(firstMarks[:])
			t.After = min(t.Before+d.step(gains[:]), len(firstMarks))
			if d.chance(tellsContent) {
				t.Content = 1 + d.step(contents[:])
			}
			if !yield(t) {
				return
			}
		}
	}
}

// early draws one of so many places, the first ones more often.
func (d draw) early(n int) int { return min(d.IntN(n), d.IntN(n), d.IntN(n)) }

// step draws a place by percents.
func (d draw) step(percents []float64) int {
	at := d.Float64() * 100
	for i, p := range percents {
		if at -= p; at < 0 {
			return i
		}
	}
	return len(percents) - 1
}
