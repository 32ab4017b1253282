package flows_test

import (
	"testing"

	"mboka/flows"
	"mboka/flows/registration"
)

// BenchmarkTurn is one turn of the registration, in the middle of the form:
// the stored state decoded, one answer taken, the state encoded.
func BenchmarkTurn(b *testing.B) {
	f := registration.Flow()
	w := counted(b).tap("continue", "field_health", "health_social", "health", "nursing")
	stored, err := w.turn.State.Encode()
	if err != nil {
		b.Fatal(err)
	}
	for name, in := range map[string]flows.Input{
		"tap":   {Step: "experience_years", Code: "6_10", At: noon},
		"typed": {Text: "12 ans", At: noon},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				st, err := flows.Decode(stored)
				if err != nil {
					b.Fatal(err)
				}
				turn := flows.Advance(f, st, in)
				if _, err := turn.State.Encode(); err != nil || turn.State.Step != "languages" {
					b.Fatal(turn.State.Step, err)
				}
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	stored, _ := counted(f).turn.State.Encode()
	f.Add(stored)
	f.Add([]byte{5, 3, 2, 1, 65})
	f.Fuzz(func(t *testing.T, data []byte) {
		st, err := flows.Decode(data)
		if err != nil {
			return
		}
		turn := flows.Advance(registration.Flow(), st, flows.Input{Text: "37", At: noon})
		if !turn.Silent && turn.Prompt.Body.Key == "" && turn.Need == "" {
			t.Errorf("nothing is asked after %s", data)
		}
	})
}

func FuzzQuantity(f *testing.F) {
	for _, s := range []string{"37 ans", "2,5", "mbula 37", "10 à 15", "٣٧"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := flows.Quantity(s); ok && (n < 0 || n >= 10_000) {
			t.Errorf("%q is %d", s, n)
		}
		if n, ok := flows.Number(s); ok && n < 0 {
			t.Errorf("%q is %d", s, n)
		}
		flows.Figures(s)
	})
}

// FuzzAnswers types anything at every question.
func FuzzAnswers(f *testing.F) {
	for _, s := range []string{"37", "belgik", "1,3 et 5", "Kasaï", "\u202e", "👍", "'; --"} {
		f.Add(s)
	}
	steps := append(registration.Required(), registration.Optional()...)
	f.Fuzz(func(t *testing.T, s string) {
		for _, step := range steps {
			st := flows.State{Flow: registration.ID, Version: 1, Run: "aaaaaa", Step: step.ID, Answers: flows.Answers{
				{Step: "country_residence", Codes: []string{"BE"}}, {Step: "profession_group", Codes: []string{"health"}},
			}}
			turn := flows.Advance(registration.Flow(), st, flows.Input{Text: s, At: noon})
			if turn.Prompt.Body.Key == "" {
				t.Errorf("nothing is asked at %s after %q", step.ID, s)
			}
		}
	})
}
