package render

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

// noSurname stands in for the last name of a one-word name, since Greenhouse requires both. It is visibly no name: we invent none.
const noSurname = "-"

// SplitName gives the first and last name as sent. Given and family name are taken as supplied when both are there. Else the full
// name is split after its first word, so that first + " " + last is the cleaned full name: particles, suffixes and further names
// stay in order, with no attempt at knowing the world's naming customs. One of the two without a full name counts as the full name.
//
// A one-word name gets "-" as last name, and padded tells so. Both are empty when there is no visible name at all.
func SplitName(given, family, full string) (first, last string, padded bool) {
	given, family, full = cleanName(given), cleanName(family), cleanName(full)
	if given != "" && family != "" {
		return given, family, false
	}
	if full == "" {
		full = given + family // at most one of them
	}
	first, last, several := strings.Cut(full, " ")
	if full == "" || several {
		return first, last, false
	}
	return first, noSurname, true
}

// cleanName puts a name on one line in Unicode's composed form: runs of white space of any kind become one space, and what shows nothing
// goes: control characters, direction marks and overrides, which would reorder the text around the name, fillers, zero-width spaces.
// What gives a letter its shape stays where it does: Persian and Indic names, and emoji, are written with it.
func cleanName(name string) string {
	var words []string
	for _, word := range strings.Fields(norm.NFC.String(strings.ToValidUTF8(name, "\uFFFD"))) {
		if word = seenOf(word); word != "" {
			words = append(words, word)
		}
	}
	return norm.NFC.String(strings.Join(words, " "))
}

// seenOf takes out of a word what shows nothing.
func seenOf(word string) string {
	base := ' ' // the last letter, sign or emoji
	word = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return -1
		case !jobs.Invisible(r):
			if !unicode.Is(unicode.M, r) {
				base = r
			}
			return r
		case shapes(r) && base > unicode.MaxLatin1 && !unicode.In(base, unicode.Latin, unicode.Greek, unicode.Cyrillic):
			return r
		}
		return -1
	}, word)
	return strings.TrimRight(word, "\u200C\u200D")
}

// shapes tells the joiners and variation selectors, which change how their neighbours look.
func shapes(r rune) bool {
	return r == '\u200C' || r == '\u200D' || r >= '\uFE00' && r <= '\uFE0F' || r >= '\U000E0100' && r <= '\U000E01EF' || r >= '\u180B' && r <= '\u180D'
}
