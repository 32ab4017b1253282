package telegramtest

import (
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
