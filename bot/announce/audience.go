package announce

// Audience is whom an announcement is for, in codes: it is what a coordinator
// chose, and is kept with the announcement. Places are joined by or and count as
// one filter, the rest by and.
type Audience struct {
	Places        []Place  `json:"places,omitempty"`
	Sectors       []string `json:"sectors,omitempty"`
	Groups        []string `json:"groups,omitempty"` // profession groups
	Professions   []string `json:"professions,omitempty"`
	Contributions []string `json:"contributions,omitempty"`
	Spoken        []string `json:"spoken,omitempty"`    // languages that the member speaks
	Languages     []string `json:"languages,omitempty"` // of the conversation
	Qualified     bool     `json:"qualified,omitempty"`
	Officials     bool     `json:"officials,omitempty"` // staff, instead of members
}

// Place is a country, a city, or all that lies around a city.
type Place struct {
	Country string `json:"country,omitempty"`
	City    string `json:"city,omitempty"`
	Radius  int    `json:"km,omitempty"` // kilometres around City; 0: the city alone
}
