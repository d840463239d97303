package render

import (
	"os"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // as in the binaries: a machine may have no zones of its own

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
)

// exampleResult is the contract's own example.
func exampleResult(change func(*jobs.InterviewResult)) jobs.InterviewResult {
	r := jobs.InterviewResult{
		OrgID: "acme", InterviewID: "iv_123", Version: 7,
		InterviewedAt: time.Date(2017, 9, 28, 17, 0, 0, 0, time.UTC), TimeZone: "America/Los_Angeles",
		Interviewer:         jobs.Interviewer{Name: "Interviewer Name", Email: "lee@acme.example"},
		InterviewerAdvances: new(true), CandidateContinues: new(true),
		Candidate: jobs.Candidate{
			ID: "cand_9", FullName: "Ada King Lovelace", Email: "ada@example.com", LinkedIn: "https://www.linkedin.com/in/ada",
		},
		Scores:           jobs.Scores{TechnicalSkills: new(4), CommunicationSkills: new(3), ProblemSolvingAbility: new(3)},
		FreeformFeedback: "Really good overall!",
	}
	if change != nil {
		change(&r)
	}
	return r
}

func TestRender(t *testing.T) {
	t.Parallel()
	note, err := os.ReadFile("testdata/notes/1/all.txt")
	require.NoError(t, err)
	got, err := Render(exampleResult(nil), "", 1)
	require.NoError(t, err)
	assert.Equal(t, Rendered{
		FirstName: "Ada", LastName: "King Lovelace", Email: "ada@example.com", LinkedIn: "https://www.linkedin.com/in/ada",
		Note: string(note), NoteFormat: 1,
	}, got)

	again, err := Render(exampleResult(nil), "Asia/Tokyo", 1)
	require.NoError(t, err)
	assert.Equal(t, got, again, "the interview's own zone counts first")
}

func TestRender_Flags(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*jobs.InterviewResult)
		want   []string
	}{
		"None":          {func(*jobs.InterviewResult) {}, nil},
		"OneWordName":   {func(r *jobs.InterviewResult) { r.Candidate.FullName = "Björk" }, []string{ledger.FlagNamePadded}},
		"NoLinkedIn":    {func(r *jobs.InterviewResult) { r.Candidate.LinkedIn = "" }, nil},
		"BlankLinkedIn": {func(r *jobs.InterviewResult) { r.Candidate.LinkedIn = " \u200b\n" }, nil},
		"CompanyPage": {
			func(r *jobs.InterviewResult) { r.Candidate.LinkedIn = "https://www.linkedin.com/company/acme" },
			[]string{ledger.FlagLinkedInLeftOut},
		},
		"LongFeedback": {
			func(r *jobs.InterviewResult) { r.FreeformFeedback = strings.Repeat("x", 30_000) }, []string{ledger.FlagNoteCut},
		},
		"All": {
			func(r *jobs.InterviewResult) {
				r.Candidate.FullName, r.Candidate.LinkedIn = "毛泽东", "none"
				r.FreeformFeedback = strings.Repeat("long ", 6000)
			},
			[]string{ledger.FlagNamePadded, ledger.FlagLinkedInLeftOut, ledger.FlagNoteCut},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Render(exampleResult(c.change), "", 1)
			require.NoError(t, err)
			assert.Equal(t, c.want, got.Flags)
			if got.LinkedIn != "" {
				assert.Equal(t, "https://www.linkedin.com/in/ada", got.LinkedIn)
			}
		})
	}
}

func TestRender_Date(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ at, interview, company, want string }{
		"EveningInLosAngeles":    {"2017-09-29T02:00:00Z", "America/Los_Angeles", "", "9/28/17"},
		"SameMomentInUTC":        {"2017-09-29T02:00:00Z", "", "", "9/29/17"},
		"SameMomentInTokyo":      {"2017-09-28T17:00:00Z", "Asia/Tokyo", "", "9/29/17"},
		"CompanyZone":            {"2017-09-29T02:00:00Z", "", "America/Los_Angeles", "9/28/17"},
		"InterviewBeforeCompany": {"2017-09-29T02:00:00Z", "Europe/Berlin", "America/Los_Angeles", "9/29/17"},
		"OffsetIsNoZone":         {"2017-09-28T19:00:00-07:00", "", "", "9/29/17"},
		"NoLeadingZeros":         {"2026-01-02T12:00:00Z", "", "", "1/2/26"},
		"TwoDigitsEach":          {"2009-12-31T12:00:00Z", "", "", "12/31/09"},
		"NewYearInKiritimati":    {"2025-12-31T10:00:00Z", "Pacific/Kiritimati", "", "1/1/26"},
		"LeapDay":                {"2024-03-01T05:00:00Z", "America/New_York", "", "3/1/24"},
		"LeapDayWestOfIt":        {"2024-03-01T04:59:59Z", "America/New_York", "", "2/29/24"},
		"BeforeSummerTimeEnds":   {"2017-11-05T06:59:59Z", "America/Los_Angeles", "", "11/4/17"},
		"HalfHourZone":           {"2017-09-28T18:30:00Z", "Asia/Kolkata", "", "9/29/17"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, c.at)
			require.NoError(t, err)
			got, err := Render(exampleResult(func(r *jobs.InterviewResult) { r.InterviewedAt, r.TimeZone = at, c.interview }), c.company, 1)
			require.NoError(t, err)
			assert.Contains(t, got.Note, " on "+c.want+" (all numeric scores")
		})
	}
}

// A company's zone that only the machine knew on which it was chosen rejects no message on another.
func TestRender_TakesUTCForAZoneOfOneMachine(t *testing.T) {
	t.Parallel()
	for _, company := range []string{"localtime", "Local", "posixrules", "right/UTC", "Mars/Olympus"} {
		got, err := Render(exampleResult(func(r *jobs.InterviewResult) {
			r.TimeZone, r.InterviewedAt = "", time.Date(2017, 9, 28, 23, 30, 0, 0, time.UTC)
		}), company, 1)
		require.NoError(t, err, company)
		assert.Contains(t, got.Note, " on 9/28/17 ")
	}
}

func TestRender_Refuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(*jobs.InterviewResult)
		company string
		want    string
	}{
		"InvisibleName": {func(r *jobs.InterviewResult) { r.Candidate.FullName = "\u200b \u202e" }, "", "no visible characters"},
		"UnknownZone":   {func(r *jobs.InterviewResult) { r.TimeZone = "Mars/Olympus" }, "", "no place"},
		"MachineZone":   {func(r *jobs.InterviewResult) { r.TimeZone = "Local" }, "", "no place"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Render(exampleResult(c.change), c.company, 1)
			require.ErrorContains(t, err, c.want)
			assert.Zero(t, got)
			assert.NotContains(t, err.Error(), "ada@example.com")
		})
	}
}

func BenchmarkRender(b *testing.B) {
	r := exampleResult(nil)
	for b.Loop() {
		if _, err := Render(r, "", 1); err != nil {
			b.Fatal(err)
		}
	}
}
