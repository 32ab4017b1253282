package reference

import "testing"

func TestFlagCountry(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"🇧🇪": "BE", "vive la 🇨🇩 !": "CD", "🇨🇦🇨🇦": "CA", "🇧🇪 et encore 🇧🇪": "BE",
		"": "", "BE": "", "🇧🇪🇫🇷": "", "🇧": "", "🇽🇽": "", "🇧x🇪": "", "🏴": "", "👍": "",
		"🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F": "GB",
		"\U000E0067\U000E0062": "",
	} {
		got, ok := FlagCountry(text)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", text, got, ok)
		}
	}
}
