package ledger

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Clean makes text from outside fit for a row: no NUL and no invalid UTF-8, which Postgres refuses, and at most limit bytes. Every
// such text passes it before it joins a group commit, so that nobody's answer spoils its neighbours.
func Clean(text string, limit int) string {
	if len(text) > 4*limit {
		text = text[:4*limit] // a megabyte is not worth scanning
	}
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD")
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// Shape takes out of a detail what differs from letter to letter, so that letters which died of one thing have one shape: values in
// quotes, addresses, ids, moments and numbers. Several complaints are put in order, and each is said once. Pure; its table test says
// what counts as one thing.
func Shape(detail string) string {
	var parts []string
	for part := range strings.SplitSeq(detail, ";") {
		for _, v := range varying {
			part = v.pattern.ReplaceAllString(part, v.becomes)
		}
		if part = strings.Trim(strings.Join(strings.Fields(part), " "), " ."); part != "" {
			parts = append(parts, part)
		}
	}
	slices.Sort(parts)
	return Clean(strings.Join(slices.Compact(parts), "; "), shapeCap)
}

// shapeCap bounds a shape: what differs only after that is one thing.
const shapeCap = 300

// varying holds what differs, in the order in which it is taken out: an address holds numbers, and an id looks like one.
var varying = []struct {
	pattern *regexp.Regexp
	becomes string
}{
	{regexp.MustCompile(`"[^"]*"|“[^”]*”|'[^']*'(?:\B|$)`), "…"},
	{regexp.MustCompile(`https?://[^\s,;)]+`), "URL"},
	{regexp.MustCompile(`[^\s@:,;<>()]+@[^\s@,;<>()]+`), "EMAIL"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?`), "TIME"},
	{regexp.MustCompile(`(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`), "ID"},
	{regexp.MustCompile(`(?i)\b(?:[a-z]+[0-9]|[0-9]+[a-z])[0-9a-z]{6,}\b`), "ID"},
	{regexp.MustCompile(`[0-9]+`), "N"},
}

// fieldName holds what a shape says before its colon where that names a field of the request.
var fieldName = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_.\[\]-]*): `)

// Fields are the request's fields that a shape complains about, and what it says without them.
func Fields(shape string) (field, message string) {
	var fields, messages []string
	for part := range strings.SplitSeq(shape, "; ") {
		if found := fieldName.FindStringSubmatch(part); found != nil {
			fields, part = append(fields, found[1]), strings.TrimPrefix(part, found[0])
		}
		messages = append(messages, part)
	}
	return strings.Join(slices.Compact(fields), ", "), strings.Join(slices.Compact(messages), "; ")
}
