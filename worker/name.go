package worker

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
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

// cleanName puts a name on one line in Unicode's composed form: runs of white space of any kind become one space, and what could not
// be seen or would reorder the text around it goes. Joiners and direction marks stay; Persian and Indic names are written with them.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) || reordersText(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD"))
	words := slices.DeleteFunc(strings.Fields(name), invisible)
	return norm.NFC.String(strings.Join(words, " "))
}

// reordersText tells the bidi embeddings, overrides and isolates, with which a name could turn the words after it around.
func reordersText(r rune) bool {
	return r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069'
}

// invisible tells a word of format characters alone, such as a zero-width space left by copying: as a surname it would look like
// none and Greenhouse may refuse it.
func invisible(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return !unicode.Is(unicode.Cf, r) })
}
