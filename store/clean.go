package store

import (
	"strings"
	"unicode/utf8"
)

// detailCap is how many bytes of somebody else's words the ledger keeps.
const detailCap = 2000

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
