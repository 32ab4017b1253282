package protecttest

import "math"

// slack is how far floating numbers may be off.
const slack = 1e-6

// tableau writes each basic variable as a sum of the others. It begins with the
// sums that are known something of as basic ones, and the people of each kind,
// as many as there really are, as the others: so the first point agrees with all
// bounds, and others may stand between theirs.
type tableau struct {
	lines     [][]float64
	basic     []int // variable of each line
	others    []int // variable of each column
	value     []float64
	low, high []float64
	gain      []float64 // of each column
}

// reach moves a sum as far as the known facts permit, upwards for sign 1 and
// downwards for -1, and stops where it comes to enough. whole tells that the
// people of each kind are whole there.
func (a *Attacker) reach(s Sum, sign, enough float64) (value float64, whole bool) {
	kinds := len(a.People)
	t := &tableau{}
	for kind, people := range a.People {
		t.value, t.low, t.high = append(t.value, float64(people)), append(t.low, 0), append(t.high, math.Inf(1))
		t.others, t.gain = append(t.others, kind), append(t.gain, sign*float64(s(kind)))
	}
	for i, f := range a.facts {
		line, sum := make([]float64, kinds), 0.0
		for kind, times := range f.times {
			line[kind] = float64(times)
			sum += float64(times) * t.value[kind]
		}
		t.lines, t.basic = append(t.lines, line), append(t.basic, kinds+i)
		t.value, t.low, t.high = append(t.value, sum), append(t.low, f.low), append(t.high, f.high)
	}
	now := func() (n float64) {
		for kind := range kinds {
			n += float64(s(kind)) * t.value[kind]
		}
		return n
	}
	for step := 0; sign*now() < sign*enough-slack && t.move(step > 20*kinds); step++ {
		if step > 1000*kinds {
			panic("the search does not end")
		}
	}
	whole = true
	for kind := range kinds {
		whole = whole && math.Abs(t.value[kind]-math.Round(t.value[kind])) < slack
	}
	return now(), whole
}

// free tells whether a variable may go in a direction.
func (t *tableau) free(variable int, up bool) bool {
	if up {
		return t.value[variable] < t.high[variable]-slack
	}
	return t.value[variable] > t.low[variable]+slack
}

// move changes one of the others, as far as it may go; false where nothing is
// gained by any. careful takes the first by number, so that it cannot go round
// in circles.
func (t *tableau) move(careful bool) bool {
	column := -1
	for c, variable := range t.others {
		if math.Abs(t.gain[c]) < 1e-9 || !t.free(variable, t.gain[c] > 0) {
			continue
		}
		switch {
		case column < 0, careful && variable < t.others[column], !careful && math.Abs(t.gain[c]) > math.Abs(t.gain[column]):
			column = c
		}
	}
	if column < 0 {
		return false
	}
	sign := math.Copysign(1, t.gain[column])
	mine := t.others[column]
	far, at := t.high[mine]-t.value[mine], -1
	if sign < 0 {
		far = t.value[mine] - t.low[mine]
	}
	for i, line := range t.lines {
		rate, room, variable := line[column]*sign, 0.0, t.basic[i]
		switch {
		case rate > 1e-9:
			room = (t.high[variable] - t.value[variable]) / rate
		case rate < -1e-9:
			room = (t.low[variable] - t.value[variable]) / rate
		default:
			continue
		}
		room = max(room, 0)
		better := room < far-1e-12
		if at >= 0 && !better && room <= far+1e-12 {
			if careful {
				better = variable < t.basic[at]
			} else {
				better = math.Abs(rate) > math.Abs(t.lines[at][column])
			}
		}
		if better {
			far, at = room, i
		}
	}
	if math.IsInf(far, 1) {
		far = 1e6 // nothing holds it: more than enough
	}
	t.value[mine] += sign * far
	for i, line := range t.lines {
		t.value[t.basic[i]] += line[column] * sign * far
	}
	if at >= 0 {
		t.pivot(at, column)
	}
	return true
}

// pivot makes one of the others basic in place of the variable of a line.
func (t *tableau) pivot(at, column int) {
	line := t.lines[at]
	by := line[column]
	for c := range line {
		line[c] = -line[c] / by
	}
	line[column] = 1 / by
	add := func(to []float64) {
		times := to[column]
		if times == 0 {
			return
		}
		to[column] = 0
		for c, x := range line {
			if x != 0 {
				to[c] += times * x
			}
		}
	}
	for i := range t.lines {
		if i != at {
			add(t.lines[i])
		}
	}
	add(t.gain)
	t.basic[at], t.others[column] = t.others[column], t.basic[at]
}
