package telegramtest

import (
	"bytes"
	"image"
	_ "image/png" // the only kind that is sent
	"mime"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

// Limits of a document (core.telegram.org/bots/api#senddocument).
const (
	maxFile    = 50 << 20
	maxCaption = 1024 // UTF-16 units after entity parsing
)

// File is a document as it lies on the phone.
type File struct {
	Name string
	Data []byte
}

func sendDocument(s *Server, p params, files uploads) (any, string, *refusal) {
	ph, problem := s.reachable(p)
	if problem != nil {
		return nil, "", problem
	}
	file, problem := readDocument(p, files)
	if problem != nil {
		return nil, "", problem
	}
	caption, problem := parsed(p, p["caption"])
	if problem != nil {
		return nil, "", problem
	}
	if len(utf16.Encode([]rune(caption))) > maxCaption {
		return nil, "", badRequest("message caption is too long")
	}
	rows, problem := readKeyboard(p["reply_markup"])
	if problem != nil {
		return nil, "", problem
	}
	m := ph.add(Message{FromBot: true, Text: caption, File: &file, Rows: rows})
	return m.api(ph.chat), "", nil
}

// Limits of a photo (core.telegram.org/bots/api#sendphoto).
const (
	maxPhoto = 10 << 20
	maxSides = 10000 // width and height together
	maxRatio = 20
)

func sendPhoto(s *Server, p params, files uploads) (any, string, *refusal) {
	ph, problem := s.reachable(p)
	if problem != nil {
		return nil, "", problem
	}
	file, uploaded := files["photo"]
	if name, refers := strings.CutPrefix(p["photo"], "attach://"); !uploaded && refers {
		file, uploaded = files[name]
	}
	if !uploaded {
		return nil, "", badRequest("there is no photo in the request")
	}
	if len(file.Data) > maxPhoto {
		return nil, "", refuse(413, "Request Entity Too Large")
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(file.Data))
	long, short := max(size.Width, size.Height), min(size.Width, size.Height)
	if err != nil || short == 0 || long+short > maxSides || long > maxRatio*short {
		return nil, "", badRequest("PHOTO_INVALID_DIMENSIONS")
	}
	caption, problem := parsed(p, p["caption"])
	if problem != nil {
		return nil, "", problem
	}
	if len(utf16.Encode([]rune(caption))) > maxCaption {
		return nil, "", badRequest("message caption is too long")
	}
	m := ph.add(Message{FromBot: true, Text: caption, Photo: file.Data})
	return m.api(ph.chat), "", nil
}

// readDocument finds the upload: in the part of that name, or in one that
// "attach://name" refers to. No file was ever uploaded before, so ids and
// addresses lead to none.
func readDocument(p params, files uploads) (File, *refusal) {
	file, uploaded := files["document"]
	if name, refers := strings.CutPrefix(p["document"], "attach://"); !uploaded && refers {
		file, uploaded = files[name]
	}
	switch {
	case !uploaded && p["document"] == "":
		return File{}, badRequest("there is no document in the request")
	case !uploaded:
		return File{}, badRequest("wrong file identifier/HTTP URL specified")
	case len(file.Data) == 0:
		return File{}, badRequest("file must be non-empty")
	case len(file.Data) > maxFile:
		return File{}, refuse(413, "Request Entity Too Large")
	}
	return file, nil
}

func (f *File) api(message int64) map[string]any {
	kind, _, _ := mime.ParseMediaType(mime.TypeByExtension(filepath.Ext(f.Name)))
	return map[string]any{
		"file_id": "document-" + id(message), "file_unique_id": "u" + id(message),
		"file_name": f.Name, "mime_type": kind, "file_size": len(f.Data),
	}
}
