package jobs_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

func seed(f *testing.F) {
	f.Helper()
	for _, cases := range corpus(f) {
		for _, c := range cases {
			f.Add(c.text(f))
		}
	}
	for _, odd := range []string{"", "{", "[[[[", `"\`, `"\u`, `"\ud83d\u"`, `{"a":-}`, "\xff", `{"version":1e}`} {
		f.Add(odd)
	}
}

// FuzzDecode looks for messages that break Decode's own promises.
func FuzzDecode(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, message string) {
		r, err := jobs.Decode([]byte(message))
		if err != nil {
			var refused *jobs.ValidationError
			require.ErrorAs(t, err, &refused)
			require.NotEmpty(t, refused.Fields)
			require.Zero(t, r)
			return
		}
		// What was read can be handed over again, and is the same then.
		require.NoError(t, jobs.Validate(r))
		text, err := json.Marshal(r)
		require.NoError(t, err)
		again, err := jobs.Decode(text)
		require.NoError(t, err)
		require.True(t, r.InterviewedAt.Equal(again.InterviewedAt))
		again.InterviewedAt = r.InterviewedAt
		require.Equal(t, r, again)
	})
}

// FuzzAgreesWithSQL looks for messages on which Go and SQL differ.
func FuzzAgreesWithSQL(f *testing.F) {
	seed(f)
	conn := connect(f, storetest.NewDB(f).URL)
	f.Fuzz(func(t *testing.T, message string) {
		_, goErr := jobs.Decode([]byte(message))
		findings, err := validateText(t, conn, message)
		if err != nil { // no jsonb
			requireFields(t, []string{"message"}, goErr)
			return
		}
		sqlErr := enqueueText(t, conn, message)
		if goErr != nil {
			requireSameRefusal(t, goErr, findings, sqlErr)
			return
		}
		require.Empty(t, findings.Errors)
		require.NoError(t, sqlErr)
	})
}
