package render

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// layout describes how one format of the note is set. What was rendered once is never rendered again, so a layout stays as it is.
type layout struct {
	problem string // what the third score is called
	scale   string // of the header, where there is anything to read after it
	before  string // stands before each item
}

var layouts = map[int]layout{
	ledger.NoteFormatLines:   {"Problem solving ability", " (all numeric scores out of 4, where 4 is best)", "\n\n"},
	ledger.NoteFormatBullets: {"Problem-solving ability", "", "\n• "},
}

// formatKnown is the format itself, or the first where this binary has no layout for it.
func formatKnown(format int) int {
	if _, known := layouts[format]; !known {
		return ledger.NoteFormatLines
	}
	return format
}

const (
	feedbackLimit = 20_000 // characters (code points) of feedback between the quotes, the marker included
	cutMarker     = " [cut – full feedback on interviewing.io]"

	// wordReach sets how far back from the limit a cut looks for the end of a word. A longer word, and text of a script without
	// spaces, is cut inside.
	wordReach = 200
)

// facts is all that a note tells.
type facts struct {
	interviewer   string    // "" prints "an interviewer"
	day           time.Time // in the zone whose calendar counts
	technical     *int      // nil for each score that was not given
	communication *int
	problem       *int
	feedback      string // as written
}

// note lays out a format that there is: one header line, then an item for each piece of feedback there is, no newline at the end. It is
// plain text: nothing is escaped. cut tells that the feedback was shortened.
func (f facts) note(format int) (text string, cut bool) {
	set := layouts[format]
	who := cleanName(f.interviewer)
	if who == "" {
		who = "an interviewer"
	}
	header := fmt.Sprintf("Interviewed on interviewing.io by %s on %s", who, f.day.Format("1/2/06"))
	var items []string
	score := func(label string, of *int) {
		if of != nil {
			items = append(items, fmt.Sprintf("%s: %d", label, *of))
		}
	}
	score("Technical skills", f.technical)
	score("Communication skills", f.communication)
	score(set.problem, f.problem)
	feedback, cut := cutFeedback(cleanFeedback(f.feedback))
	if feedback != "" {
		items = append(items, `Freeform feedback: "`+feedback+`"`)
	}
	if len(items) == 0 {
		return header + ": no further feedback was left.", false
	}
	return strings.Join(append([]string{header + set.scale + ":"}, items...), set.before), cut
}

var (
	carriageReturns = regexp.MustCompile(`\r+\n`)
	blankLines      = regexp.MustCompile(`\n{3,}`)
)

// cleanFeedback makes Windows line ends plain (doubled ones, "\r\r\n", too), two or more blank lines one, and takes white space off
// both ends. All else is the interviewer's and stays, a carriage return within a line included. NUL and invalid UTF-8, which Postgres
// could not store, cannot come through JSON and are dropped or marked only so that no caller can break a fold with them.
func cleanFeedback(text string) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD")
	text = blankLines.ReplaceAllString(carriageReturns.ReplaceAllString(text, "\n"), "\n\n")
	if trimInvisible(text) == "" {
		return "" // a stray zero-width space would print as a pair of empty quotes
	}
	return strings.TrimSpace(text)
}

// cutFeedback shortens text that is over the limit: at the end of a word where one is near, else within the word but not within a
// character that people see as one, and says so in its place.
func cutFeedback(text string) (string, bool) {
	runes := []rune(text)
	if len(runes) <= feedbackLimit {
		return text, false
	}
	limit := feedbackLimit - len([]rune(cutMarker))
	end := limit
	for end > limit-wordReach && !unicode.IsSpace(runes[end]) {
		end--
	}
	if !unicode.IsSpace(runes[end]) {
		end = limit
		for end > limit-wordReach && joined(runes[end-1], runes[end]) {
			end--
		}
	}
	return strings.TrimRightFunc(string(runes[:end]), unicode.IsSpace) + cutMarker, true
}

// joined tells two code points that are seen as one character: a letter and its accent, an emoji and its variation, skin or next
// member of a family, the two letters of a flag. The rare rest (Hangul by letters) may come apart at a cut and does no harm.
func joined(before, after rune) bool {
	const joiner = '\u200D'
	flag := func(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }
	skin := after >= 0x1F3FB && after <= 0x1F3FF
	tag := after >= 0xE0020 && after <= 0xE007F
	return unicode.Is(unicode.M, after) || after == joiner || before == joiner || skin || tag || flag(before) && flag(after)
}
