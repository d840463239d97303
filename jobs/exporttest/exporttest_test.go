package exporttest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/jobs/exporttest"
)

// told is a test that keeps what it was told instead of failing.
type told struct {
	testing.TB
	errors []string
	ended  string
}

func (*told) Helper() {}

func (t *told) Errorf(format string, args ...any) {
	t.errors = append(t.errors, fmt.Sprintf(format, args...))
}

func (t *told) Fatalf(format string, args ...any) {
	t.ended = fmt.Sprintf(format, args...)
	panic(t)
}

// ending runs what ends a test; ended is then the words with which it does.
func (t *told) ending(do func()) {
	t.ended = ""
	defer func() {
		if r := recover(); r != nil && r != t {
			panic(r)
		}
	}()
	do()
}

func result(version int64, change func(*jobs.InterviewResult)) jobs.InterviewResult {
	r := jobs.InterviewResult{
		OrgID: "acme", InterviewID: "iv_1", Version: version, InterviewedAt: time.Date(2017, 9, 28, 17, 0, 0, 0, time.UTC),
		InterviewerAdvances: new(true), Candidate: jobs.Candidate{ID: "cand_9"},
	}
	if change != nil {
		change(&r)
	}
	return r
}

func both(r *jobs.InterviewResult) {
	r.CandidateContinues, r.Candidate.FullName, r.Candidate.Email = new(true), "Ada King Lovelace", "ada@example.com"
}

func TestOutbox(t *testing.T) {
	t.Parallel()
	test := &told{TB: t}
	outbox := exporttest.New(test)
	take := func(r jobs.InterviewResult) {
		t.Helper()
		_, err := outbox.Enqueue(t.Context(), nil, r)
		require.NoError(t, err)
	}

	// It refuses as the real one does.
	_, err := outbox.EnqueueSQL(t.Context(), nil, result(1, func(r *jobs.InterviewResult) { both(r); r.Candidate.Email = "" }))
	var refused *jobs.ValidationError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "candidate.email", refused.Fields[0].Field)
	assert.Empty(t, outbox.Results())

	// One decision waits, two are an export, a repeat in another trace and a late message do no harm.
	take(result(1, nil))
	outbox.RequireNoExport("acme", "iv_1")
	test.ending(func() { outbox.RequireExport("acme", "iv_1") })
	assert.Equal(t, "interview iv_1 of acme would not be sent: the candidate has not decided", test.ended)
	take(result(2, both))
	take(result(2, func(r *jobs.InterviewResult) {
		both(r)
		r.Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	}))
	take(result(1, nil))
	assert.Equal(t, "Ada King Lovelace", outbox.RequireExport("acme", "iv_1").Candidate.FullName)
	test.ending(func() { outbox.RequireNoExport("acme", "iv_1") })
	assert.Equal(t, "interview iv_1 of acme would be sent: both said yes", test.ended)
	test.ending(func() { outbox.RequireExport("acme", "iv_2") })
	assert.Equal(t, "nothing was handed over for interview iv_2 of acme", test.ended)
	assert.Len(t, outbox.Results(), 4)
	require.Empty(t, test.errors)

	// What the real one flags fails the test.
	take(result(2, func(r *jobs.InterviewResult) { both(r); r.FreeformFeedback = "other" }))
	take(result(3, nil))
	require.Len(t, test.errors, 2)
	assert.Contains(t, test.errors[0], "version 2 says two things")
	assert.Contains(t, test.errors[1], "a decision that had been given is gone in version 3")
}
