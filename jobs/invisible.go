package jobs

import (
	"strings"
	"unicode"
)

// invisible are the characters that show nothing by themselves: Unicode's Default_Ignorable_Code_Point (joiners, direction marks and
// overrides, fillers, variation selectors, tags), the blank Braille pattern, the null notehead and the anchors of annotations. A list,
// and not a property, so that every release of Go and of Postgres agrees; ghexport.seen has the same.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x00ad, 0x00ad, 1}, {0x034f, 0x034f, 1}, {0x061c, 0x061c, 1}, {0x115f, 0x1160, 1}, {0x17b4, 0x17b5, 1}, {0x180b, 0x180f, 1},
		{0x200b, 0x200f, 1}, {0x202a, 0x202e, 1}, {0x2060, 0x206f, 1}, {0x2800, 0x2800, 1}, {0x3164, 0x3164, 1}, {0xfe00, 0xfe0f, 1},
		{0xfeff, 0xfeff, 1}, {0xffa0, 0xffa0, 1}, {0xfff0, 0xfffb, 1},
	},
	R32:         []unicode.Range32{{0x1bca0, 0x1bca3, 1}, {0x1d159, 0x1d159, 1}, {0x1d173, 0x1d17a, 1}, {0xe0000, 0xe0fff, 1}},
	LatinOffset: 1,
}

// Invisible tells the characters that are no white space and still show nothing by themselves, such as a zero-width space, which
// copying leaves behind, or a Hangul filler, which makes a name look empty.
func Invisible(r rune) bool { return unicode.Is(invisible, r) }

// unseen tells white space and invisible characters; control characters are refused wherever this is asked.
func unseen(r rune) bool { return strings.ContainsRune(blanks, r) || Invisible(r) }
