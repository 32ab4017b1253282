package reference

import (
	"slices"
	"strings"
	"sync"
)

// Word is what people call an option, beside its labels.
type Word struct {
	Text  string
	Codes []string
	// Sure says that the word names the one code. Else it may mean each of the
	// codes, and the person is asked.
	Sure bool
}

// workColumns are the lists that a word for somebody's work answers, by the
// column of work_words.csv that has the code. A profession stands in the list
// of its group.
var workColumns = map[string]string{"profession_group": "group", "sector": "sector", "field_of_study": "field"}

const professions = "profession_"

// atWork are the situations of who names a trade where the situation is asked:
// it says that there is work, not for whom.
var atWork = []string{"employee", "self", "public"}

var loadWords = sync.OnceValues(func() (map[string][]Word, error) {
	w := &wordbook{of: map[string][]Word{}, at: map[string]map[string]int{}}
	t, err := open("option_words.csv", "list", "codes", "words")
	if err != nil {
		return nil, err
	}
	if err := t.each(func(r *row) { w.add(r, r.must("list"), r.must("codes"), r.aliases("words")) }); err != nil {
		return nil, err
	}
	w.closed = closedWords(w.of)
	t, err = open("work_words.csv", "words", "group", "profession", "sector", "field")
	if err != nil {
		return nil, err
	}
	if err := t.each(w.addWork); err != nil {
		return nil, err
	}
	return w.of, nil
})

// wordbook collects the words of all lists.
type wordbook struct {
	of map[string][]Word
	at map[string]map[string]int // list, folded word -> its place in of
	// closed are the words whose meaning in a list is said by that list's own
	// rows: what they mean as work adds nothing.
	closed map[string]bool
}

func closedWords(of map[string][]Word) map[string]bool {
	closed := map[string]bool{}
	for list, words := range of {
		for _, w := range words {
			closed[list+" "+Fold(w.Text)] = true
		}
	}
	return closed
}

func (w *wordbook) addWork(r *row) {
	words := r.aliases("words")
	for list, column := range workColumns {
		w.add(r, list, r.text(column), words)
	}
	if code := r.text("profession"); code != "" {
		list := professionList(strings.TrimSuffix(code, "?"))
		if list == "" {
			r.fault("no profession %s", code)
		}
		w.add(r, list, code, words)
	}
	w.add(r, "employment_status", strings.Join(atWork, " "), words)
}

func professionList(code string) string {
	for _, group := range List("profession_group") {
		if list := professions + group.Code; hasOption(list, code) {
			return list
		}
	}
	return ""
}

func hasOption(list, code string) bool {
	return slices.ContainsFunc(List(list), func(o Option) bool { return o.Code == code })
}

// add makes words known for a list. A word that comes again with other codes
// may mean all of them.
func (w *wordbook) add(r *row, list, cell string, words []string) {
	codes := strings.Fields(strings.TrimSuffix(cell, "?"))
	if len(codes) == 0 {
		return
	}
	for _, code := range codes {
		if !hasOption(list, code) {
			r.fault("%s has no option %s", list, code)
		}
	}
	if w.at[list] == nil {
		w.at[list] = map[string]int{}
	}
	sure := len(codes) == 1 && !strings.HasSuffix(cell, "?")
	for _, text := range words {
		folded := Fold(text)
		if w.closed[list+" "+folded] {
			continue
		}
		i, known := w.at[list][folded]
		if !known {
			w.at[list][folded] = len(w.of[list])
			w.of[list] = append(w.of[list], Word{Text: text, Codes: codes, Sure: sure})
			continue
		}
		said := &w.of[list][i]
		said.Sure = said.Sure && sure && slices.Equal(said.Codes, codes)
		said.Codes = slices.Clone(said.Codes)
		for _, code := range codes {
			if !slices.Contains(said.Codes, code) {
				said.Codes = append(said.Codes, code)
			}
		}
	}
}

// Words are what people call the options of a list, beside the labels: their
// trade where its sector is asked, the old name of a diploma. The slice is
// shared: do not modify it.
func Words(list string) []Word {
	all, _ := loadWords()
	return all[list]
}
