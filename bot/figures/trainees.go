package figures

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"mboka/bot/protect"
	"mboka/locales/reference"
	"mboka/store"
)

// Trained is what officials said of themselves before and after a workshop, of
// those who did both. It is told by the groups of store.WorkshopGroup: nobody is in
// two of them and none ever changes, so that whatever two figures, or a workshop and
// all, are apart by is whole groups, each of K people at least. By institution or
// topic two means could be apart by a few people: of those there are only counts.
type Trained struct {
	People protect.Cell `json:"people"`
	Before protect.Mean `json:"before"`
	After  protect.Mean `json:"after"`
	// Content is how content people were, of those who said so; nil: too few did in
	// each of the groups.
	Content *Content `json:"content,omitempty"`
	// Workshops are the last ones, the last first; the one without a mission is all
	// others together.
	Workshops []TrainedIn `json:"workshops,omitempty"`
	// Topics are what people wished to hear of, the most frequent first, and Wishing
	// how many named some. One person may have named several.
	Topics  []TrainedAt  `json:"topics,omitempty"`
	Wishing protect.Cell `json:"wishing,omitzero"`
	// Institutions count them, the most frequent first; empty where that cannot be
	// told. Other stands for all that are not listed.
	Institutions []TrainedAt `json:"institutions,omitempty"`
	// Changed is how many people have to be new before the means change.
	Changed int `json:"changed"`
}

// TrainedAt is one institution or topic.
type TrainedAt struct {
	Code   string       `json:"code"`
	People protect.Cell `json:"people"`
}

// TrainedIn is one workshop.
type TrainedIn struct {
	Mission uuid.UUID    `json:"mission,omitzero"`
	City    string       `json:"city,omitempty"`
	Country string       `json:"country,omitempty"`
	Day     time.Time    `json:"day,omitzero"`
	People  protect.Cell `json:"people"`
	Before  protect.Mean `json:"before"`
	After   protect.Mean `json:"after"`
	Content *Content     `json:"content,omitempty"`
}

// Content is a mean of how content people were.
type Content struct {
	People protect.Cell `json:"people"`
	Mean   protect.Mean `json:"mean"`
}

// The marks that officials give themselves.
const (
	lowestMark  = 1
	highestMark = 5
)

// mostWorkshops are as many as stand in one figure, all others being one more.
const mostWorkshops = 4

// WorkshopChanges is how many people must be in no group yet before further
// groups are taken, and WorkshopFirst how many there must be to begin with, and in
// each group. What officials say of themselves needs the larger threshold.
func WorkshopChanges(r protect.Rules) int { return 2 * WorkshopFirst(r) }

// WorkshopFirst is the threshold of these means.
func WorkshopFirst(r protect.Rules) int { return max(r.K, r.KCross) }

// publishTrainees is the figure of the groups that were taken, however many have
// answered since.
func (c *counter) publishTrainees() (Published, error) {
	k := WorkshopFirst(c.rules)
	p := Published{K: k, At: c.d.At, Step: c.rules.Rounding}
	all, err := c.tx.WorkshopGroups(c.ctx)
	if err != nil {
		return p, err
	}
	// The threshold may have been lower when they were taken.
	all = slices.DeleteFunc(all, func(g store.WorkshopGroup) bool { return g.People < k })
	if len(all) == 0 {
		return p, nil
	}
	days := map[uuid.UUID]store.Mission{}
	for _, g := range all {
		p.Synthetic = p.Synthetic || g.Synthetic
		if g.Mission == uuid.Nil {
			continue
		}
		if days[g.Mission], err = c.tx.MissionByID(c.ctx, g.Mission); err != nil {
			return p, err
		}
	}
	p.At = all[0].TakenAt
	p.Trained = trained(c.rules, all, days)
	return p, nil
}

// trained is what may be told of groups, each of which has enough people; missions
// are those of their workshops.
func trained(r protect.Rules, all []store.WorkshopGroup, missions map[uuid.UUID]store.Mission) *Trained {
	k, sum := WorkshopFirst(r), trainedIn(r, all)
	t := &Trained{People: sum.People, Before: sum.Before, After: sum.After, Content: sum.Content, Changed: WorkshopChanges(r)}
	var own, others []store.WorkshopGroup
	for _, g := range all {
		if g.Mission == uuid.Nil {
			others = append(others, g)
		} else {
			own = append(own, g)
		}
	}
	slices.SortFunc(own, func(a, b store.WorkshopGroup) int {
		return cmp.Or(missions[b.Mission].StartsAt.Compare(missions[a.Mission].StartsAt), slices.Compare(a.Mission[:], b.Mission[:]))
	})
	shown := own[:min(len(own), mostWorkshops)]
	for _, g := range shown {
		in, m := trainedIn(r, []store.WorkshopGroup{g}), missions[g.Mission]
		in.Mission, in.City, in.Country, in.Day = m.ID, m.City, m.Country, dayAt(m)
		t.Workshops = append(t.Workshops, in)
	}
	if others = append(others, own[len(shown):]...); len(shown) > 0 && len(others) > 0 {
		t.Workshops = append(t.Workshops, trainedIn(r, others))
	}
	institutions, topics, wishing := map[string]int{}, map[string]int{}, 0
	for _, g := range all {
		wishing += g.Wishing
		for code, n := range g.Institutions {
			institutions[code] += n
		}
		for code, n := range g.Topics {
			topics[code] += n
		}
	}
	t.Institutions = trainedAt(r, institutions, k)
	t.Topics, t.Wishing = wished(r, topics, wishing, k)
	return t
}

// trainedIn are the means over some groups. How content people were is of those
// groups where enough said so: what few of one said would follow from the others.
func trainedIn(r protect.Rules, groups []store.WorkshopGroup) TrainedIn {
	k, sum := WorkshopFirst(r), store.WorkshopGroup{}
	for _, g := range groups {
		sum.People, sum.SumBefore, sum.SumAfter = sum.People+g.People, sum.SumBefore+g.SumBefore, sum.SumAfter+g.SumAfter
		if g.Satisfied >= k {
			sum.Satisfied, sum.SumSatisfaction = sum.Satisfied+g.Satisfied, sum.SumSatisfaction+g.SumSatisfaction
		}
	}
	in := TrainedIn{
		People: r.Count(sum.People, k),
		Before: r.Mean(sum.SumBefore, sum.People, lowestMark, highestMark, k), After: r.Mean(sum.SumAfter, sum.People, lowestMark, highestMark, k),
	}
	if sum.Satisfied >= k {
		in.Content = &Content{r.Count(sum.Satisfied, k), r.Mean(sum.SumSatisfaction, sum.Satisfied, lowestMark, highestMark, k)}
	}
	return in
}

// trainedAt counts people by institution; nil where nothing of it can be told.
func trainedAt(r protect.Rules, institutions map[string]int, k int) []TrainedAt {
	all := frequent(institutions)
	all = gathered(all, k, mostRows)
	counts := make([]int, len(all))
	for i, v := range all {
		counts[i] = v.n
	}
	cells, err := r.List(counts, k, false)
	if err != nil || len(all) < 2 {
		return nil
	}
	var out []TrainedAt
	for i, v := range all {
		out = append(out, TrainedAt{v.code, cells[i]})
	}
	return out
}

// wished counts people by topic: a person may have named several, so that what is
// told of one says nothing of another.
func wished(r protect.Rules, topics map[string]int, wishing, k int) ([]TrainedAt, protect.Cell) {
	all := frequent(topics)
	counts := make([]int, len(all))
	for i, v := range all {
		counts[i] = v.n
	}
	cells, err := r.Several(counts, wishing, k)
	if errors.Is(err, protect.ErrTooFew) {
		return nil, protect.Cell{}
	}
	var out []TrainedAt
	for i, v := range all {
		if cells[i].State == protect.Shown {
			out = append(out, TrainedAt{v.code, cells[i]})
		}
	}
	// What is rounded to the same stands in an order that tells nothing more.
	slices.SortStableFunc(out, func(a, b TrainedAt) int {
		return cmp.Or(cmp.Compare(b.People.N, a.People.N), cmp.Compare(a.Code, b.Code))
	})
	return out, cells[len(all)]
}

// frequent are counts, the highest first.
func frequent(counts map[string]int) (all []value) {
	for code, n := range counts {
		all = append(all, value{code: cmp.Or(code, Other), n: n})
	}
	slices.SortFunc(all, func(a, b value) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.code, b.code)) })
	return all
}

// dayAt is when a mission begins, as its place has it.
func dayAt(m store.Mission) time.Time {
	if m.StartsAt.IsZero() {
		return time.Time{}
	}
	return m.StartsAt.In(reference.Zone(m.Timezone))
}
