package render

import (
	"cmp"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/interviewing-io/greenhouse-export/store"
)

// Person holds what was sent about somebody. Its zero value is nobody.
type Person struct {
	FirstName, LastName, Email, LinkedIn, CandidateID, Note string
}

func PersonOf(g *store.Granted) Person {
	return Person{g.Body.FirstName, g.Body.LastName, g.Body.Email, g.Body.LinkedIn, g.CandidateID, g.Body.Note}
}

// PersonIn returns whom a message is about that may not be readable.
func PersonIn(message []byte) Person {
	var m struct {
		Candidate struct {
			ID       string `json:"id"`
			FullName string `json:"full_name"`
			Email    string `json:"email"`
			LinkedIn string `json:"linkedin"`
		} `json:"candidate"`
	}
	_ = json.Unmarshal(message, &m) // a field of another type is passed over
	first, last, _ := strings.Cut(strings.TrimSpace(m.Candidate.FullName), " ")
	return Person{FirstName: first, LastName: last, Email: m.Candidate.Email, LinkedIn: m.Candidate.LinkedIn, CandidateID: m.Candidate.ID}
}

// Mask replaces in words from outside what was sent about a person, and every other email address. It finds a value in whatever letter
// case, with accents or without, and as JSON, HTML and URLs write it; a value within a longer word is left alone. What was not sent, a
// third person's name for one, it cannot know. Pure; words enter the ledger through it and by no other way.
func Mask(words string, p Person) string {
	var m masking
	m.text = words
	m.hide("‹email›", p.Email)
	m.hide("‹linkedin›", linkedInForms(p.LinkedIn)...)
	if p.LastName != "-" {
		m.hide("‹full_name›", p.FirstName+" "+p.LastName, p.LastName+" "+p.FirstName, p.LastName+", "+p.FirstName, p.FirstName+p.LastName)
	}
	m.hidePattern("‹address›", anyAddress)
	m.hideChunks("‹note›", p.Note)
	m.hide("‹candidate_id›", p.CandidateID)
	local, _, _ := strings.Cut(p.Email, "@")
	untagged, _, _ := strings.Cut(local, "+")
	if strings.ContainsAny(untagged, ".-_0123456789") { // else it may be a name, and is called one
		m.hide("‹email›", local, untagged)
	}
	m.hide("‹first_name›", withParts(p.FirstName)...)
	m.hide("‹last_name›", withParts(p.LastName)...)
	m.hide("‹email›", local, untagged)
	return m.done()
}

// anyAddress is an email address, its at sign as text, JSON, HTML or a URL writes it.
var anyAddress = regexp.MustCompile(`(?i)[\p{L}\p{M}\p{N}._+'~!#$&*/=?^{|}` + "`" + `-]+(?:@|%40|\\u0040|&#64;|&#x40;|&commat;)[\p{L}\p{N}][\p{L}\p{M}\p{N}.-]*[\p{L}\p{N}]`)

const (
	shortestName = 2  // letters of a name that is looked for
	shortestPart = 3  // of a name's parts, of ids and of an address's first half
	noteChunk    = 24 // characters of a note that are looked for together
)

// masking gathers what is to be replaced; what was found first stands.
type masking struct {
	text  string
	spans []span
}

type span struct {
	from, to int
	by       string
}

func (m *masking) add(from, to int, by string) bool {
	for _, s := range m.spans {
		if from < s.to && s.from < to {
			return false
		}
	}
	m.spans = append(m.spans, span{from, to, by})
	return true
}

// hide looks for each value in all its spellings, the longest first.
func (m *masking) hide(by string, values ...string) {
	var all []string
	for _, v := range values {
		v = strings.TrimSpace(v)
		shortest := shortestPart
		if by == "‹first_name›" || by == "‹last_name›" || by == "‹full_name›" {
			shortest = shortestName
		}
		if utf8.RuneCountInString(v) >= shortest {
			all = append(all, spellings(v)...)
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, spelled := range slices.Compact(all) {
		m.hidePattern(by, regexp.MustCompile("(?i)"+regexp.QuoteMeta(spelled)))
	}
}

func (m *masking) hidePattern(by string, pattern *regexp.Regexp) {
	for from := 0; from < len(m.text); {
		at := pattern.FindStringIndex(m.text[from:])
		if at == nil {
			return
		}
		start, end := from+at[0], from+at[1]
		from = end
		if pattern != anyAddress && !(endsBefore(m.text[:start], m.text[start:]) && beginsAfter(m.text[:end], m.text[end:])) {
			_, size := utf8.DecodeRuneInString(m.text[start:])
			from = start + size
			continue
		}
		m.add(start, end, by)
	}
}

// hideChunks looks for stretches of a long text, as somebody quotes who cuts it.
func (m *masking) hideChunks(by, long string) {
	for line := range strings.SplitSeq(long, "\n") {
		for chunk := range slices.Chunk([]rune(line), noteChunk) {
			if len(chunk) < noteChunk/2 {
				continue
			}
			for _, spelled := range spellings(strings.TrimSpace(string(chunk))) {
				if at := strings.Index(m.text, spelled); at >= 0 {
					m.add(at, at+len(spelled), by)
				}
			}
		}
	}
}

func (m *masking) done() string {
	slices.SortFunc(m.spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var b strings.Builder
	at := 0
	for i, s := range m.spans {
		if i > 0 && s.by == m.spans[i-1].by && strings.TrimSpace(m.text[at:s.from]) == "" && s.by == "‹note›" {
			at = s.to
			continue
		}
		b.WriteString(m.text[at:s.from] + s.by)
		at = s.to
	}
	return b.String() + m.text[at:]
}

// escapedBefore is an escape that ends in a letter or digit, which is no part of a word.
var escapedBefore = regexp.MustCompile(`(?:\\[nrtbf]|%[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2})$`)

// endsBefore tells whether no word goes on from before into the found text.
func endsBefore(before, found string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(found)
	return !inWord(last) || !inWord(first) || escapedBefore.MatchString(before)
}

// beginsAfter tells whether no word goes on from the found text into what follows.
func beginsAfter(found, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(found)
	next, _ := utf8.DecodeRuneInString(after)
	return !inWord(last) || !inWord(next)
}

func inWord(r rune) bool {
	return r != utf8.RuneError && (r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// spellings are the ways in which a value may be written.
func spellings(v string) []string {
	var all []string
	for _, form := range []string{v, norm.NFC.String(v), norm.NFD.String(v), accentless(v)} {
		quoted, _ := json.Marshal(form)
		ascii := strconv.QuoteToASCII(form)
		all = append(all, form, html.EscapeString(form), url.QueryEscape(form), url.PathEscape(form),
			strings.ReplaceAll(url.QueryEscape(form), "+", "%20"), string(quoted[1:len(quoted)-1]), ascii[1:len(ascii)-1],
			strings.ReplaceAll(form, "/", `\/`))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// accentless leaves the accents out.
func accentless(v string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(v))
}

// withParts is a name, and its longer parts.
func withParts(name string) []string {
	all := []string{name}
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '-' || r == '\'' || r == '’' }) {
		if utf8.RuneCountInString(part) >= shortestPart {
			all = append(all, part)
		}
	}
	return all
}

// linkedInForms is a profile's address with and without what everybody's has.
func linkedInForms(address string) []string {
	_, rest, found := strings.Cut(address, "://")
	if !found {
		return []string{address}
	}
	_, path, _ := strings.Cut(rest, "/")
	return []string{address, rest, strings.TrimPrefix(rest, "www."), path}
}
