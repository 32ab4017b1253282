package figures

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"


)

var pictures = flag.String("pictures", "", "write the drawn samples into this folder, to be looked at")

func drawn(t testing.TB, d Drawing) ([]byte, image.Image) {
	t.Helper()
	data, err := Draw(d)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return data, picture
}

func TestPictures(t *testing.T) {
	t.Parallel()
	for name, d := range samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, picture := drawn(t, d)
			if *pictures != "" {
				if err := os.WriteFile(filepath.Join(*pictures, name+".png"), data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			w, h := picture.Bounds().Dx(), picture.Bounds().Dy()
			if w != 1080 || h < 300 || w+h > 10000 || h > 20*w || len(data) > 200_000 {
				t.Errorf("%d x %d, %d bytes", w, h, len(data))
			}
			again, _ := drawn(t, d)
			if !bytes.Equal(data, again) {
				t.Error("drawn twice, two pictures")
			}
		})
	}
}

func BenchmarkDraw(b *testing.B) {
	for _, name := range []string{"countries", "provinces", "ages", "months"} {
		d := samples()[name]
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Draw(d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
