package erasure

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/seal"
)

// erasedWord stands where a person's words stood in a text that stays.
const erasedWord = "‹erased›"

// shortestWord is the shortest id or name that is looked for: shorter ones stand in every other text.
const shortestWord = 3

// personWords holds what a person is called by in texts that others wrote: emails, LinkedIn address, whole name, the producer's id. A first
// or a last name alone is many people's, and not among them.
type personWords struct {
	sure   []string // name nobody else, and are replaced
	unsure []string // may mean something else, such as an id of digits alone; only shown
}

func (p *personWords) email(address string) {
	if address = jobs.PastedEmail(address); strings.Contains(address, "@") {
		p.sure = append(p.sure, seal.EmailForms(address)...)
	}
}

func (p *personWords) id(id string) {
	switch {
	case utf8.RuneCountInString(id) < shortestWord || id == "erased":
	case strings.ContainsFunc(id, unicode.IsLetter):
		p.sure = append(p.sure, id)
	default:
		p.unsure = append(p.unsure, id)
	}
}

func (p *personWords) name(first, last string) {
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	if first == "" || last == "" || last == "-" {
		return
	}
	p.sure = append(p.sure, first+" "+last, last+" "+first, last+", "+first)
}

func (p *personWords) linkedin(address string) {
	_, rest, found := strings.Cut(address, "://")
	if rest = strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/"); found && strings.Contains(rest, "/") {
		p.sure = append(p.sure, rest)
	}
}

// message adds what a message says about its candidate, as far as it can be read.
func (p *personWords) message(text []byte) {
	var m struct {
		Candidate struct {
			ID       any `json:"id"`
			FullName any `json:"full_name"`
			First    any `json:"first_name"`
			Last     any `json:"last_name"`
			Email    any `json:"email"`
			LinkedIn any `json:"linkedin"`
		} `json:"candidate"`
	}
	_ = json.Unmarshal(text, &m) // what is no text is passed over
	said := func(value any) string { text, _ := value.(string); return text }
	p.id(said(m.Candidate.ID))
	first, last, _ := strings.Cut(strings.TrimSpace(said(m.Candidate.FullName)), " ")
	p.name(first, last)
	p.name(said(m.Candidate.First), said(m.Candidate.Last))
	p.email(said(m.Candidate.Email))
	p.linkedin(said(m.Candidate.LinkedIn))
}

// all are the words as Postgres is asked for them: in lower case, composed.
func (p *personWords) all() []string {
	var list []string
	for _, word := range slices.Concat(p.sure, p.unsure) {
		list = append(list, strings.ToLower(norm.NFC.String(word)))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// replaced is a text without the words that are sure; changed tells whether there were any, and doubtful whether others stay.
func (p *personWords) replaced(text string) (without string, changed, doubtful bool) {
	without, changed = replaceWords(norm.NFC.String(text), p.sure)
	_, doubtful = replaceWords(without, p.unsure)
	if !changed {
		return text, false, doubtful
	}
	return without, true, doubtful
}

// replaceWords replaces words in any letter case where they stand for themselves, and not within a longer word. Pure.
func replaceWords(text string, words []string) (string, bool) {
	if len(words) == 0 {
		return text, false
	}
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = regexp.QuoteMeta(norm.NFC.String(word))
	}
	slices.SortFunc(quoted, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	pattern := regexp.MustCompile("(?i)" + strings.Join(quoted, "|"))
	var b strings.Builder
	changed := false
	for at := 0; ; {
		found := pattern.FindStringIndex(text[at:])
		if found == nil {
			b.WriteString(text[at:])
			return b.String(), changed
		}
		from, to := at+found[0], at+found[1]
		before, _ := utf8.DecodeLastRuneInString(text[:from])
		after, _ := utf8.DecodeRuneInString(text[to:])
		if partOfWord(before) || partOfWord(after) {
			_, size := utf8.DecodeRuneInString(text[from:])
			b.WriteString(text[at : from+size])
			at = from + size
			continue
		}
		b.WriteString(text[at:from] + erasedWord)
		at, changed = to, true
	}
}

func partOfWord(r rune) bool {
	return r != utf8.RuneError && (r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}
