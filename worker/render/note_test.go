package render

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// exampleFacts is the interview of the reference note.
func exampleFacts() facts {
	return facts{
		interviewer: "Interviewer Name", day: time.Date(2017, 9, 28, 10, 0, 0, 0, time.UTC),
		technical: new(4), communication: new(3), problem: new(3), feedback: "Really good overall!",
	}
}

// The files hold the notes byte for byte; no code here writes them.
func TestNote_Golden(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*facts){
		"all":                     func(*facts) {},
		"scores_only":             func(f *facts) { f.feedback = " \r\n\t" },
		"feedback_only":           func(f *facts) { f.technical, f.communication, f.problem = nil, nil, nil },
		"one_score":               func(f *facts) { f.technical, f.problem, f.feedback = nil, nil, "" },
		"two_scores_and_feedback": func(f *facts) { f.communication = nil },
		"nothing":                 func(f *facts) { *f = facts{interviewer: f.interviewer, day: f.day} },
		"no_interviewer":          func(f *facts) { *f = facts{interviewer: " \u202e", day: f.day, technical: f.technical} },
		"nothing_no_interviewer":  func(f *facts) { *f = facts{day: f.day, feedback: "\u200b"} },
		"code": func(f *facts) {
			f.feedback = "Used vector<int> & \"auto\", then `if (a < b && c) { s += '\\n'; }`\n\tO(n²) -> O(n log n) <script>alert(1)</script> &lt; 100% \"quoted\""
		},
		"lines": func(f *facts) {
			f.feedback = "\r\n  First.\r\nSecond.\r\n\r\nThird.\n\n\n\r\n\nFourth.  \n  \n \nFifth\rstill fifth.\r\n\r\n "
		},
		"unicode": func(f *facts) {
			f.feedback = "\U0001F469\u200d\U0001F4BB strong – “clean” 代码, שלום, cafe\u0301, \U0001F44D\U0001F3FD"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := exampleFacts()
			change(&f)
			for _, format := range ledger.NoteFormats {
				want, err := os.ReadFile(fmt.Sprintf("testdata/notes/%d/%s.txt", format, name))
				require.NoError(t, err)
				got, cut := f.note(format)
				assert.Equal(t, string(want), got)
				assert.False(t, cut)
			}
		})
	}
}

func TestNote_EveryGoldenFileHasItsCase(t *testing.T) {
	t.Parallel()
	for _, format := range ledger.NoteFormats {
		files, err := os.ReadDir(fmt.Sprintf("testdata/notes/%d", format))
		require.NoError(t, err)
		assert.Len(t, files, 11)
	}
}

// Each format that a company can choose has its layout, and what is none is rendered as the first.
func TestNote_EveryFormatHasItsLayout(t *testing.T) {
	t.Parallel()
	assert.ElementsMatch(t, ledger.NoteFormats, slices.Collect(maps.Keys(layouts)))
	for _, format := range []int{0, -1, 3} {
		got, err := Render(exampleResult(nil), "", format)
		require.NoError(t, err)
		assert.Equal(t, ledger.NoteFormatLines, got.NoteFormat)
	}
	got, err := Render(exampleResult(nil), "", ledger.NoteFormatBullets)
	require.NoError(t, err)
	assert.Equal(t, ledger.NoteFormatBullets, got.NoteFormat)
	assert.True(t, strings.HasPrefix(got.Note, "Interviewed on interviewing.io by Interviewer Name on 9/28/17:\n• Technical skills: 4\n"))
}

func TestNote_InterviewerStaysOnTheHeaderLine(t *testing.T) {
	t.Parallel()
	f := facts{interviewer: "  Lee\r\n\r\nAnn\u202e  King ", day: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}
	got, _ := f.note(ledger.NoteFormatLines)
	assert.Equal(t, "Interviewed on interviewing.io by Lee Ann King on 1/2/26: no further feedback was left.", got)
}

func TestCutFeedback(t *testing.T) {
	t.Parallel()
	const kept = feedbackLimit - 41 // what is left beside the marker
	require.Equal(t, 41, utf8.RuneCountInString(cutMarker))
	family := "\U0001F468\u200d\U0001F469\u200d\U0001F467" // five code points, one character
	for name, c := range map[string]struct{ in, want string }{
		"AtTheLimit":          {strings.Repeat("é", feedbackLimit), strings.Repeat("é", feedbackLimit)},
		"OneOver":             {strings.Repeat("é", feedbackLimit+1), strings.Repeat("é", kept) + cutMarker},
		"Words":               {strings.Repeat("word ", 6000), strings.TrimSpace(strings.Repeat("word ", (kept+1)/5)) + cutMarker},
		"InsideAWord":         {strings.Repeat("a", kept-3) + " \n bcdef " + strings.Repeat("g ", 500), strings.Repeat("a", kept-3) + cutMarker},
		"WordEndsAtTheCut":    {strings.Repeat("a", kept) + " " + strings.Repeat("b", 500), strings.Repeat("a", kept) + cutMarker},
		"OneHugeWord":         {strings.Repeat("x", 30_000), strings.Repeat("x", kept) + cutMarker},
		"HugeWordAfterSmall":  {"Hi " + strings.Repeat("x", 30_000), "Hi " + strings.Repeat("x", kept-3) + cutMarker},
		"CombiningAtTheCut":   {strings.Repeat("x", kept-1) + "e\u0301" + strings.Repeat("y", 500), strings.Repeat("x", kept-1) + cutMarker},
		"FamilyAtTheCut":      {strings.Repeat("x", kept-3) + family + strings.Repeat("y", 500), strings.Repeat("x", kept-3) + cutMarker},
		"SkinToneAtTheCut":    {strings.Repeat("x", kept-1) + "\U0001F44D\U0001F3FD" + strings.Repeat("y", 500), strings.Repeat("x", kept-1) + cutMarker},
		"FlagAtTheCut":        {strings.Repeat("x", kept-1) + "\U0001F1E9\U0001F1EA" + strings.Repeat("y", 500), strings.Repeat("x", kept-1) + cutMarker},
		"AccentsWithoutAnEnd": {"a" + strings.Repeat("\u0301", 30_000), "a" + strings.Repeat("\u0301", kept-wordReach-1) + cutMarker},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, cut := cutFeedback(c.in)
			assert.True(t, c.want == got, "got %d characters, want %d", utf8.RuneCountInString(got), utf8.RuneCountInString(c.want))
			assert.Equal(t, c.in != c.want, cut)
			assert.LessOrEqual(t, utf8.RuneCountInString(got), feedbackLimit)
		})
	}
}

func TestNote_Cut(t *testing.T) {
	t.Parallel()
	f := exampleFacts()
	f.feedback = strings.Repeat("word ", 6000)
	for _, format := range ledger.NoteFormats {
		got, cut := f.note(format)
		assert.True(t, cut)
		assert.True(t, strings.HasSuffix(got, `word [cut – full feedback on interviewing.io]"`))
	}
}

func FuzzNote(f *testing.F) {
	f.Add("Interviewer Name", "Really good overall!")
	f.Add("", "\r\r\n\r\n\n \x00\xff \u200b")
	f.Add("\u202eeeL\n", strings.Repeat("👨‍👩‍👧 é", 8000))
	f.Fuzz(func(t *testing.T, interviewer, feedback string) { checkNote(t, interviewer, feedback) })
}

func TestNote_Properties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkNote(t, awkward().Draw(t, "interviewer"), strings.Repeat(awkward().Draw(t, "feedback"), rapid.IntRange(1, 600).Draw(t, "times")))
	})
}

func checkNote(t require.TestingT, interviewer, feedback string) {
	day := time.Date(2017, 9, 28, 0, 0, 0, 0, time.UTC)
	for _, format := range ledger.NoteFormats {
		checkFormat(t, facts{interviewer: interviewer, day: day, feedback: feedback}, format)
	}
}

func checkFormat(t require.TestingT, f facts, format int) {
	got, cut := f.note(format)
	header, rest, items := strings.Cut(got, layouts[format].before)
	assert.True(t, utf8.ValidString(got))
	assert.NotContains(t, got, "\x00")
	assert.NotContains(t, got, "\r\n")
	assert.NotContains(t, got, "\n\n\n")
	assert.False(t, strings.HasSuffix(got, "\n"))
	assert.NotContains(t, header, "\n")
	assert.True(t, strings.HasPrefix(header, "Interviewed on interviewing.io by "))
	assert.Contains(t, header, " on 9/28/17")
	if !items {
		assert.False(t, cut)
		return
	}
	said := strings.TrimSuffix(strings.TrimPrefix(rest, `Freeform feedback: "`), `"`)
	assert.LessOrEqual(t, utf8.RuneCountInString(said), feedbackLimit)
	assert.Equal(t, cut, strings.HasSuffix(said, cutMarker) && !strings.HasSuffix(cleanFeedback(f.feedback), cutMarker))
	assert.Equal(t, cleanFeedback(f.feedback), cleanFeedback(cleanFeedback(f.feedback)), "cleaning twice is cleaning once")
	assert.True(t, strings.HasPrefix(cleanFeedback(f.feedback), strings.TrimSuffix(said, cutMarker)), "nothing but the end is missing")
}

// awkward draws text of the pieces that break text handling.
func awkward() *rapid.Generator[string] {
	pieces := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		" ", "\u00a0", "\u3000", "\t", "\n", "\r\n", "\r", "\n\n\n", "\x00", "\x07", "\u0085", "\u2028", "\u200b", "\u200d", "\ufeff",
		"\u202e", "\u2066", "\u0301", "e\u0301", "\u1100\u1161", "\uac00", "👨‍👩‍👧", "🇩🇪", "👍🏽", "\xff", "\xed\xa0\x80", "-", "毛泽东", "Ada", "שלום", `"`, "<b>", "&",
	}))
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(pieces, 0, 12).Draw(t, "pieces"), "") })
}
