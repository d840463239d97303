package jobs_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

func example(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/example.json")
	require.NoError(t, err)
	return text
}

func TestDecode(t *testing.T) {
	t.Parallel()

	t.Run("ReadsEveryField", func(t *testing.T) {
		t.Parallel()
		r, err := jobs.Decode(example(t))
		require.NoError(t, err)
		require.Equal(t, jobs.InterviewResult{
			SchemaVersion: 1, OrgID: "acme", InterviewID: "iv_123", Version: 7,
			InterviewedAt: time.Date(2017, 9, 28, 17, 0, 0, 0, time.UTC), TimeZone: "America/Los_Angeles",
			Interviewer:         jobs.Interviewer{Name: "Interviewer Name", Email: "lee@acme.example"},
			InterviewerAdvances: new(true), CandidateContinues: new(true),
			Candidate: jobs.Candidate{
				ID: "cand_9", FullName: "Ada King Lovelace", Email: "ada@example.com", LinkedIn: "https://www.linkedin.com/in/ada",
			},
			Scores:           jobs.Scores{TechnicalSkills: new(4), CommunicationSkills: new(3), ProblemSolvingAbility: new(3)},
			FreeformFeedback: "Really good overall!", Job: "backend-engineer",
		}, r)
	})

	t.Run("TrimsTheEmailAndNothingElse", func(t *testing.T) {
		t.Parallel()
		r, err := jobs.Decode([]byte(`{"schema_version": 1, "org_id": "a", "interview_id": "i", "version": 9007199254740991.0,
			"interviewed_at": "2017-09-28T10:00:00-07:00", "freeform_feedback": " a ",
			"candidate": {"id": "c", "first_name": " Ada ", "email": " ada@example.com\u00a0"}}`))
		require.NoError(t, err)
		assert.Equal(t, "ada@example.com", r.Candidate.Email)
		assert.Equal(t, " Ada ", r.Candidate.FirstName)
		assert.Equal(t, " a ", r.FreeformFeedback)
		assert.Equal(t, int64(1<<53-1), r.Version)
		assert.True(t, r.InterviewedAt.Equal(time.Date(2017, 9, 28, 17, 0, 0, 0, time.UTC)))
		assert.Nil(t, r.InterviewerAdvances)
	})

	t.Run("RefusesWhatIsNoJSON", func(t *testing.T) {
		t.Parallel()
		conn := connect(t, storetest.NewDB(t).URL)
		for _, message := range []string{
			"", " ", "{", "{}}", "{} {}", "{'a': 1}", `{"a": 01}`, `{"a": +1}`, `{"a": .5}`, `{"a": 1.}`, `{"a": NaN}`, `{"a": 1,}`,
			"{\"a\": \"\n\"}", "{\"a\": \"\t\"}", `{"a": "\x41"}`, `{"a": "\u00g0"}`, `{"a": "\u12"}`, `{a: 1}`, `// x`, "{\f}", "\ufeff{}",
			"{\"a\": \"\xff\"}", "{\"a\": \"\xed\xa0\x80\"}", "\x00",
		} {
			_, err := jobs.Decode([]byte(message))
			requireFields(t, []string{"message"}, err)
			require.Error(t, enqueueText(t, conn, message), "%q", message)
		}
	})
}

// A message is measured as Postgres prints it, to the byte, however it was written.
func TestMessageSize(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.NewDB(t).URL)

	t.Run("AgreesOnTheLastByte", func(t *testing.T) {
		fill := func(feedback string) string {
			return strings.Replace(string(example(t)), "Really good overall!", feedback, 1)
		}
		for name, unit := range map[string]string{
			"ascii": "x", "escaped": `\n`, "long escape": `\u0001`, "pair": `\ud83d\ude00`, "raw": "é", "needless escape": `\u0041\/`,
		} {
			size, ok := jobs.JSONBSize([]byte(fill("")))
			require.True(t, ok)
			one, _ := jobs.JSONBSize([]byte(fill(unit)))
			room := 256*1024 - size
			units := strings.Repeat(unit, room/(one-size)) + strings.Repeat("y", room%(one-size))
			for extra, want := range map[string]bool{"": true, "z": false} {
				message := fill(units + extra)
				_, err := jobs.Decode([]byte(message))
				findings, sqlErr := validateText(t, conn, message)
				require.NoError(t, sqlErr)
				if want {
					require.NoError(t, err, name)
					require.Empty(t, findings.Errors, name)
					require.NoError(t, enqueueText(t, conn, message), name)
				} else {
					requireFields(t, []string{"message"}, err)
					requireSameRefusal(t, err, findings, enqueueText(t, conn, message))
				}
			}
		}
	})

	t.Run("CountsNumbersAsPrinted", func(t *testing.T) {
		var numbers []string
		for _, mantissa := range []string{"0", "-0", "1", "-1", "12", "0.0", "-0.00", "0.5", "1.50", "100.001", "-0.001", "9007199254740991"} {
			for _, exponent := range []string{"", "e0", "e1", "E+2", "e-1", "e-3", "e30", "e-30", "e400", "e16000", "e-16000"} {
				numbers = append(numbers, mantissa+exponent)
			}
		}
		numbers = append(numbers, "1e131071", "1e-16383", "0e-16383", "0e1000000000", "0.000001e131077", "123456.7e-16382")
		for _, n := range numbers {
			got, ok := jobs.JSONBSize([]byte(n))
			require.True(t, ok, n)
			require.Equal(t, printedSize(t, conn, n), got, n)
		}
	})

	t.Run("CountsWholeMessagesAsPrinted", func(t *testing.T) {
		for _, cases := range corpus(t) {
			for _, c := range cases {
				message := c.text(t)
				if got, ok := jobs.JSONBSize([]byte(message)); ok {
					require.Equal(t, printedSize(t, conn, message), got, c.Name)
				}
			}
		}
	})

	t.Run("RefusesSmallTextThatPrintsLong", func(t *testing.T) {
		message := fmt.Sprintf(`{"x": [%s]}`, strings.TrimSuffix(strings.Repeat("1e131071,", 3), ","))
		_, err := jobs.Decode([]byte(message))
		findings, sqlErr := validateText(t, conn, message)
		require.NoError(t, sqlErr)
		requireSameRefusal(t, err, findings, enqueueText(t, conn, message))
	})
}
