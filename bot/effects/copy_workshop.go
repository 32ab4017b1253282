package effects

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"mboka/locales"
	"mboka/store"
)

// keptWorkshop is what somebody answered before and after the latest workshop.
type keptWorkshop struct {
	Answers   []keptAnswer `json:"answers"`
	EnteredAt time.Time    `json:"entered_at,omitzero"` // the questions before were gone through
	LeftAt    time.Time    `json:"left_at,omitzero"`    // and those after
	// Workshop is the id of the one that they are about, where it was announced.
	Workshop string `json:"workshop,omitempty"`
	// LastBefore and LastAfter are the last two marks that belong together, with
	// what was thought of that workshop: they count in the means.
	LastBefore       int       `json:"last_before,omitempty"`
	LastAfter        int       `json:"last_after,omitempty"`
	LastSatisfaction int       `json:"last_satisfaction,omitempty"`
	LastWorkshop     string    `json:"last_workshop,omitempty"`
	LastEnteredAt    time.Time `json:"last_entered_at,omitzero"`
	UpdatedAt        time.Time `json:"updated_at"`
	AgreedAt         time.Time `json:"agreed_at"`
	AgreedTo         string    `json:"agreed_to"`
	Language         string    `json:"language"`
	Message          string    `json:"message"`
}

func workshopKept(w *store.WorkshopAnswers, lang locales.Lang) *keptWorkshop {
	if w == nil {
		return nil
	}
	return &keptWorkshop{
		Answers: answersKept(workshopSteps(*w), nil, lang), EnteredAt: w.EnteredAt, LeftAt: w.LeftAt, LastBefore: w.PairBefore, LastAfter: w.PairAfter,
		Workshop: written(w.Mission), LastSatisfaction: w.PairSatisfaction, LastWorkshop: written(w.PairMission), LastEnteredAt: w.PairEnteredAt,
		UpdatedAt: w.UpdatedAt, AgreedAt: w.Agreed.At, AgreedTo: w.Agreed.Version, Language: w.Agreed.Language, Message: w.Agreed.MessageID,
	}
}

// written is an id; "" where there is none.
func written(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

// rows writes it into the table: the yes, and an answer in a row each.
func (w *keptWorkshop) rows(row func(...string)) {
	if w == nil {
		return
	}
	row("workshop", "consent", "", "true", "", moment(w.AgreedAt), details("notice", w.AgreedTo, "language", w.Language, "message", w.Message))
	for _, a := range w.Answers {
		a.row("workshop_answer", "workshop", row)
	}
	mark := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	row("workshop", "means", "", "", "", moment(w.UpdatedAt), details("before", mark(w.LastBefore), "after", mark(w.LastAfter),
		"satisfaction", mark(w.LastSatisfaction), "workshop", w.LastWorkshop, "entered_before_at", moment(w.LastEnteredAt),
		"latest_workshop", w.Workshop, "entered_at", moment(w.EnteredAt), "left_at", moment(w.LeftAt)))
}
