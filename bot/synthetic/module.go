package synthetic

import (
	"slices"

	"mboka/locales/reference"
)

// Shares of people in the optional parts, in percent (our guesses).
const (
	tellsContribution = 65 // of who offers something
	agreesToStudy     = 55 // of who would invest or begin a business
	tellsRemittances  = 72 // of who answers about their contribution
	tellsAmount       = 88 // of who is interested in a fund
	actsAtHome        = 60 // would act in the province of the family
)

// The most options of a question of several, as the questionnaire has it.
const (
	mostBarriers, mostUses, mostSectors, mostConditions = 3, 2, 3, 3
)

// codes are those of an answer given so far.
func (f *form) codes(step string) []string {
	for _, a := range f.given {
		if a.Step == step {
			return a.Codes
		}
	}
	return nil
}

// some draws at most so many values of a question of several; one that stands
// alone, such as "none", only where nothing else came up.
func (f *form) some(question string, most int, alone string) []string {
	var out []string
	for _, w := range reference.Weights(question) {
		if w.Value != alone && f.chance(w.Percent) {
			out = append(out, w.Value)
		}
	}
	f.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	if len(out) > most {
		out = out[:most]
	}
	if len(out) == 0 && alone != "" {
		return []string{alone}
	}
	return out
}

// contribution is how somebody who offers something would go about it.
func (f *form) contribution() {
	if f.answers() {
		returns := slices.Contains(f.codes("contribution_types"), "return")
		f.put("availability", f.among(reference.Weights("availability"), func(v string) float64 {
			switch {
			case returns && v == "remote":
				return 0.2
			case !returns && (v == "permanent" || v == "3_12m"):
				return 0.3
			}
			return 1
		}))
	}
	if f.answers() {
		at := f.codes("province_origin")
		if len(at) < 2 || !f.chance(actsAtHome) {
			p, _ := reference.ProvinceByCode(f.of("province_origin"))
			at = []string{p.Group, p.Code}
		}
		f.put("target_province", at...)
	}
	if f.answers() {
		own := ""
		if codes := f.codes("sector"); len(codes) == 1 {
			own = codes[0]
		}
		f.put("target_sector", f.among(reference.Weights("sector"), toward(own)))
	}
	if f.answers() {
		f.put("barriers", f.some("barriers", mostBarriers, "none")...)
	}
	if !f.chance(tellsRemittances) {
		return
	}
	often := f.of("remittance_frequency")
	f.put("remittance_frequency", often)
	if often != "never" && often != "na" && f.answers() {
		f.put("remittance_use", f.some("remittance_use", mostUses, "")...)
	}
}

// means grow with education and age: the place of each band is compared with
// them.
var (
	means  = map[string]float64{"edu_bachelor": 1, "edu_master": 2, "edu_doctorate": 2, "edu_short_tertiary": 0.5}
	older  = map[string]float64{"25_34": 0.5, "35_44": 1, "45_54": 2, "55_64": 2, "65p": 1}
	middle = 3.0 // the band in the middle of the list
)

// fund is what somebody thinks of a fund who agreed to say so.
func (f *form) fund() {
	interest := f.of("fund_interest")
	f.put("fund_interest", interest)
	if interest != "no" {
		if f.chance(tellsAmount) {
			f.put("fund_amount_usd", f.amount())
		}
		if f.answers() {
			f.put("fund_instrument", f.of("fund_instrument"))
		}
		if f.answers() {
			f.put("fund_sector", f.some("fund_sector", mostSectors, "any")...)
		}
		if f.answers() {
			f.put("fund_horizon", f.of("fund_horizon"))
		}
	}
	if f.answers() {
		f.put("fund_main_concern", f.of("fund_main_concern"))
	}
	if f.answers() {
		f.put("fund_trust_conditions", f.some("fund_trust_conditions", mostConditions, "none")...)
	}
}

// amount draws a band: the higher ones come more often with means.
func (f *form) amount() string {
	tilt := (means[f.level] + older[f.age] - 2) / 4 // from -0.5 to 0.5
	return f.among(reference.Weights("fund_amount_usd"), func(v string) float64 {
		for i, o := range reference.List("fund_amount_usd") {
			if o.Code == v && o.HasRange {
				return max(0.1, 1+tilt*(float64(i)-middle))
			}
		}
		return 1
	})
}
