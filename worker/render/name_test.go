package render

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

func TestSplitName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given, family, full string
		first, last         string
		padded              bool
	}{
		"TwoWords":         {full: "Ada Lovelace", first: "Ada", last: "Lovelace"},
		"ThreeWords":       {full: "Ada King Lovelace", first: "Ada", last: "King Lovelace"},
		"FourWords":        {full: "José Luis García Márquez", first: "José", last: "Luis García Márquez"},
		"Particle":         {full: "Ludwig van Beethoven", first: "Ludwig", last: "van Beethoven"},
		"Suffix":           {full: "Martin Luther King Jr.", first: "Martin", last: "Luther King Jr."},
		"Hyphens":          {full: "Jean-Luc Smith-Jones", first: "Jean-Luc", last: "Smith-Jones"},
		"Apostrophe":       {full: "Conan O'Brien", first: "Conan", last: "O'Brien"},
		"OneWord":          {full: "Björk", first: "Björk", last: "-", padded: true},
		"OneWordHan":       {full: "毛泽东", first: "毛泽东", last: "-", padded: true},
		"IdeographicSpace": {full: "毛\u3000泽东", first: "毛", last: "泽东"},
		"Hebrew":           {full: "עדה לאבלייס", first: "עדה", last: "לאבלייס"},
		"PersianJoiner":    {full: "می\u200cترا رضایی", first: "می\u200cترا", last: "رضایی"},
		"Emoji":            {full: "Ada 🚀 Lovelace", first: "Ada", last: "🚀 Lovelace"},
		"Spaces":           {full: "  Ada \t King\u00a0\n Lovelace ", first: "Ada", last: "King Lovelace"},
		"Decomposed":       {full: "Zoe\u0308 Andre\u0301", first: "Zoë", last: "André"},
		"ControlAndBidi":   {full: "A\x07da \u202eLove\u2066lace\u2069\x00", first: "Ada", last: "Lovelace"},
		"InvisibleWord":    {full: "Ada \u200b", first: "Ada", last: "-", padded: true},
		"ZeroWidthInside":  {full: "A\u200bda Love\u2060lace\ufeff", first: "Ada", last: "Lovelace"},
		"DirectionMarks":   {full: "\u200eAda\u200f \u061cLovelace", first: "Ada", last: "Lovelace"},
		"SoftHyphen":       {full: "Ada Love\u00adlace", first: "Ada", last: "Lovelace"},
		"LatinJoiner":      {full: "Ada\u200d King\u200cs", first: "Ada", last: "Kings"},
		"JoinerAtTheEnd":   {full: "می\u200cترا\u200c رضایی", first: "می\u200cترا", last: "رضایی"},
		"EmojiSequence":    {full: "Ada 👩\u200d💻", first: "Ada", last: "👩\u200d💻"},
		"VariationOfHan":   {full: "葛\U000e0100 飾", first: "葛\U000e0100", last: "飾"},
		"HangulFiller":     {full: "Ada \u3164", first: "Ada", last: "-", padded: true},
		"BrailleBlank":     {full: "\u2800 Ada Lovelace \u2800", first: "Ada", last: "Lovelace"},
		"FillersInside":    {full: "Ada Love\u3164\u115f\uffa0lace", first: "Ada", last: "Lovelace"},
		"OnlyFillers":      {full: "\u3164 \u2800\u115f\u1160\uffa0 \U0001d159"},
		"FillerAsFamily":   {given: "Ada", family: "\u3164", full: "Ada Lovelace", first: "Ada", last: "Lovelace"},
		"NotUTF8":          {full: "Ada \xff", first: "Ada", last: "\uFFFD"},

		"Supplied":           {given: "Mary Ann", family: "Smith", full: "Mary Ann Smith", first: "Mary Ann", last: "Smith"},
		"SuppliedOtherOrder": {given: "Zedong", family: "Mao", full: "Mao Zedong", first: "Zedong", last: "Mao"},
		"SuppliedAlone":      {given: " Ada ", family: "King  Lovelace", first: "Ada", last: "King Lovelace"},
		"SuppliedDash":       {given: "Björk", family: "-", first: "Björk", last: "-"},
		"OnlyGiven":          {given: "Mary Ann", full: "Mary Ann Smith", first: "Mary", last: "Ann Smith"},
		"OnlyFamily":         {family: "Lovelace", full: "Ada King Lovelace", first: "Ada", last: "King Lovelace"},
		"BlankFamily":        {given: "Ada", family: " \u200b ", full: "Ada Lovelace", first: "Ada", last: "Lovelace"},
		"OnlyGivenNoFull":    {given: "Björk", first: "Björk", last: "-", padded: true},
		"OnlyFamilyNoFull":   {family: "King Lovelace", first: "King", last: "Lovelace"},
		"Nothing":            {full: " \u200b\u202e\x00 "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, last, padded := SplitName(c.given, c.family, c.full)
			assert.Equal(t, []any{c.first, c.last, c.padded}, []any{first, last, padded})
		})
	}
}

func FuzzName(f *testing.F) {
	f.Add("Ada King Lovelace")
	f.Add("毛\u3000泽东")
	f.Add("e\u202e\u0301 \x00\u0301\u2000")
	f.Add("a" + strings.Repeat("\u0301", 40) + " b")
	f.Fuzz(func(t *testing.T, full string) { checkName(t, full) })
}

func TestSplitName_Properties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkName(t, awkward().Draw(t, "full")) })
}

// spaces is the invariant's own idea of collapsing, apart from the code under test.
var spaces = regexp.MustCompile(`[\s\v\x{85}\p{Z}]+`)

func checkName(t require.TestingT, full string) {
	first, last, padded := SplitName("", "", full)
	assert.Equal(t, first == "", last == "")
	if first == "" {
		return
	}
	assert.NotContains(t, first, " ", "the first word alone")
	for _, r := range first + last {
		assert.False(t, unicode.IsControl(r) || unicode.IsSpace(r) && r != ' ', "%U", r)
	}
	assert.True(t, utf8.ValidString(first+last))
	assert.True(t, norm.NFC.IsNormalString(first) && norm.NFC.IsNormalString(last))
	if padded {
		assert.Equal(t, "-", last)
		again, dash, _ := SplitName(first, last, "")
		assert.Equal(t, [2]string{first, last}, [2]string{again, dash}, "cleaning twice is cleaning once")
		return
	}
	again, rest, _ := SplitName("", "", first+" "+last)
	assert.Equal(t, [2]string{first, last}, [2]string{again, rest}, "splitting what was put together")
	if plain(full) {
		assert.Equal(t, strings.Trim(spaces.ReplaceAllString(norm.NFC.String(full), " "), " "), first+" "+last, "no word lost or moved")
	}
}

// plain tells a name in which nothing is taken out.
func plain(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool {
		return jobs.Invisible(r) || unicode.IsControl(r) && !unicode.IsSpace(r)
	})
}
