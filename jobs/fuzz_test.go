package jobs_test

import (
	"encoding/json"
	"strings"
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
	for _, odd := range []string{
		"", "{", "[[[[", `"\`, `"\u`, `"\ud83d\u"`, `{"a":-}`, "\xff", `{"version":1e}`, `{"org_id":"a","org_id":"b"}`, `{"Org_ID":"a"}`, "\ufeff{}",
		`{"version":9007199254740992}`, `{"version":-0}`, `{"version":7e-1000000000}`, `{"":{"":{"":[]}}}`, `"\u0000"`, `{"\ud800":1}`, strings.Repeat("[", 200),
	} {
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
		requireSameResult(t, r, string(text))
	})
}

// FuzzAgreesWithSQL looks for messages on which Go and SQL differ: in what they refuse, in the words, in the verdict, and in what the
// relay reads of a message once Postgres has printed it.
func FuzzAgreesWithSQL(f *testing.F) {
	seed(f)
	conn := connect(f, storetest.NewDB(f).URL)
	f.Fuzz(func(t *testing.T, message string) {
		r, goErr := jobs.Decode([]byte(message))
		findings, err := validateText(t, conn, message)
		sqlErr := enqueueText(t, conn, message)
		if err != nil { // no jsonb
			requireFields(t, []string{"message"}, goErr)
			require.Error(t, sqlErr)
			return
		}
		if goErr != nil {
			requireSameRefusal(t, goErr, findings, sqlErr)
			return
		}
		require.Empty(t, findings.Errors)
		require.NoError(t, sqlErr)
		would, because := jobs.Verdict(r)
		require.Equal(t, &would, findings.Would)
		require.Equal(t, because, findings.Because)

		var printed string
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT ($1::text::jsonb)::text", message).Scan(&printed))
		requireSameResult(t, r, printed)
		again := string(marshal(t, r)) // what a producer in Go would have sent
		require.NoError(t, enqueueText(t, conn, again), again)
		requireSameResult(t, r, again)
	})
}

// requireSameResult reads a message that says the same in other words.
func requireSameResult(t *testing.T, want jobs.InterviewResult, message string) {
	t.Helper()
	got, err := jobs.Decode([]byte(message))
	require.NoError(t, err)
	require.True(t, want.InterviewedAt.Equal(got.InterviewedAt))
	got.InterviewedAt = want.InterviewedAt // the zone may be printed otherwise
	require.Equal(t, want, got)
}
