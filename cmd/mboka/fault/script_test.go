package fault

import (
	"fmt"
	"regexp"
	"strings"
)

// line is one thing that a person says, and what it must leave in the record.
// What is said in brackets is tapped, by the option's code.
type line struct {
	say  string
	step string
	want string // codes with commas between them, or "=" and a text
}

// twice tells whether a second tap, which comes when the reply to the first has
// gone out perhaps, is met with silence. It is not where the first one led to
// another question under the same name, nor at the end, where nothing is asked
// any more: there each tap is answered.
func (k kind) twice(i int) bool {
	nested := map[string]bool{"[other]": true, "[~yes]": true, "[kasai_or]": true}
	return i < len(k.lines)-1 && !nested[k.lines[i].say]
}

// kind is a sort of person: what they say, in order. NAME is the person's own.
type kind struct {
	name     string
	lang     string
	lines    []line
	missions bool
}

// kinds cover each language, short and long ways, and every sort of answer.
var kinds = []kind{
	{name: "whole form", lang: "fr", missions: true, lines: []line{
		{say: "mbote"}, {say: "[fr]"}, {say: "[yes]"},
		{"37", "age_band", "35_44"}, {"[BE]", "country_residence", "BE"},
		{"[edu_bachelor]", "education_level", "edu_bachelor"}, {"[employee]", "employment_status", "employee"},
		{say: "[continue]"},
		{"[field_health]", "field_of_study", "field_health"}, {"[health_social]", "sector", "health_social"},
		{"[health]", "profession_group", "health"}, {"[nursing]", "profession", "nursing"},
		{"12", "experience_years", "11_20"}, {"1,2,3", "languages", "fr,ln,sw"},
		{"1 2", "contribution_types", ""}, {"bxl", "city_residence", "be-brussels"}, {"11", "years_abroad", "11_20"},
		{"[f]", "sex", "f"}, {"NAME", "display_name", "=NAME"},
		{"[kasai_or]", "", ""}, {"[CD-KE]", "province_origin", "kasai_or,CD-KE"},
		{say: "[yes]"}, {say: "[yes]"},
	}},
	{name: "free words", lang: "en", missions: false, lines: []line{
		{say: "hello"}, {say: "[en]"}, {say: "[yes]"},
		{"52", "age_band", "45_54"}, {"[FR]", "country_residence", "FR"},
		{"[edu_master]", "education_level", "edu_master"}, {"[self]", "employment_status", "self"},
		{say: "[continue]"},
		{"[field_ict]", "field_of_study", "field_ict"}, {"[ict_media]", "sector", "ict_media"},
		{"[ict]", "profession_group", "ict"}, {say: "[other]"}, {"Tamer of NAME", "profession", "=Tamer of NAME"},
		{"3", "experience_years", "2_5"}, {"1,6", "languages", "fr,en"}, {"skip", "", ""},
		{say: "NAMEVILLE"}, {"[~yes]", "city_residence", "=NAMEVILLE"}, {"skip", "", ""},
		{"[m]", "sex", "m"}, {"NAME", "display_name", "=NAME"}, {"skip", "", ""},
		{say: "[yes]"}, {say: "[no]"},
	}},
	{name: "later", lang: "ln", missions: true, lines: []line{
		{say: "mbote"}, {say: "[ln]"}, {say: "[yes]"},
		{"29", "age_band", "25_34"}, {"[BE]", "country_residence", "BE"},
		{"[edu_doctorate]", "education_level", "edu_doctorate"}, {"[retired]", "employment_status", "retired"},
		{say: "[later]"}, {say: "[yes]"},
	}},
}

// volatile is what differs from person to person beside the name: member
// numbers and recovery codes.
var volatile = regexp.MustCompile(`\b[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}(-[2-9A-HJ-NP-Z]{3})?\b`)

// likened is a text as every person of a kind sees it.
func likened(text, name string) string {
	for _, form := range []string{name, strings.ToUpper(name)} {
		text = strings.ReplaceAll(text, form, "NAME")
	}
	return volatile.ReplaceAllString(text, "···")
}

// nameOf makes a name that nobody else has, without digits.
func nameOf(n int) string {
	letters := []byte("Zorga")
	for range 4 {
		letters = append(letters, byte('a'+n%26))
		n /= 26
	}
	return string(letters)
}

// secret is a number or code that stands in a text, without its dashes.
func secret(text string, groups int) string {
	for _, found := range volatile.FindAllString(text, -1) {
		if strings.Count(found, "-") == groups-1 {
			return strings.ReplaceAll(found, "-", "")
		}
	}
	return ""
}

func (k kind) String() string { return fmt.Sprintf("%s (%s)", k.name, k.lang) }
