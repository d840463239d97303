package ledger

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// judgeTable is the specification of [Judge]. The README prints it.
var judgeTable = []struct {
	what string
	Attempted
	outcome Outcome
	cause   Cause
}{
	{"2xx with an id", Attempted{}, OutcomeSent, ""},
	{"2xx, unreadable or without id", failed(ClassUnreadable), OutcomeUnknown, "outcome.unknown"},
	{"never left: DNS, refused, TLS, proxy, too late, body unwritten", failed(ClassNeverLeft), OutcomeAgain, "greenhouse.down"},
	{"left, then timeout, reset, EOF", failed(ClassNoAnswer), OutcomeUnknown, "outcome.unknown"},
	{"408, 504", failed(ClassTimedOut), OutcomeUnknown, "outcome.unknown"},
	{"500, 502, 503 and other 5xx", failed(ClassServer), OutcomeAgain, "greenhouse.down"},
	{"the same, `server_errors: ask`", asking(failed(ClassServer)), OutcomeUnknown, "outcome.unknown"},
	{"429, 425", failed(ClassLimited), OutcomeLimited, "limited"},
	{"401", failed(ClassAuthRejected), OutcomeHold, "auth.rejected"},
	{"403", failed(ClassPermissionDenied), OutcomeHold, "permission.denied"},
	{"403, though another was accepted meanwhile; it named a job or pool", doubted(naming(failed(ClassPermissionDenied))), OutcomeDead, "target.refused"},
	{"the same, and it named none", doubted(failed(ClassPermissionDenied)), OutcomeDead, "payload.refused"},
	{"404, the request named a job or pool", naming(failed(ClassNotFound)), OutcomeDead, "target.gone"},
	{"404 otherwise", failed(ClassNotFound), OutcomeHold, "permission.denied"},
	{"400, 422, other 4xx", failed(ClassInvalid), OutcomeDead, "payload.refused"},
	{"3xx", failed(ClassRedirect), OutcomeAgain, "greenhouse.down"},
	{"panic before the request left", Attempted{Panicked: true}, OutcomeDead, "bug"},
	{"panic after it left", Attempted{Panicked: true, Left: true}, OutcomeUnknown, "outcome.unknown"},
	{"a class that nobody has thought of", failed("news"), OutcomeUnknown, "outcome.unknown"},
}

func failed(class Class) Attempted { return Attempted{Class: class} }

func asking(h Attempted) Attempted { h.AsksOnServerErrors = true; return h }

func doubted(h Attempted) Attempted { h.Doubted = true; return h }

func naming(h Attempted) Attempted { h.NamedTarget = true; return h }

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, row := range judgeTable {
		assert.Equal(t, Judgement{row.outcome, row.cause}, Judge(row.Attempted), row.what)
		assert.Contains(t, row.outcome.Causes(), row.cause, "%s: metrics would not serve it from the start", row.what)
	}
}

// The README's table is this one, so that nobody has to compare them.
func TestJudge_TableInTheREADME(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	for _, row := range judgeTable[:len(judgeTable)-1] {
		cause := string(row.cause)
		if cause != "" {
			cause = "`" + cause + "`"
		}
		line := fmt.Sprintf("| %s | %s | `%s` |", row.what, cause, row.outcome)
		assert.Contains(t, string(text), line)
	}
}

func TestRetryDelay(t *testing.T) {
	t.Parallel()
	for failures, longest := range map[int]time.Duration{
		1: 30 * time.Second, 2: time.Minute, 3: 2 * time.Minute, 4: 4 * time.Minute, 7: 32 * time.Minute, 8: time.Hour, 50: time.Hour, 5000: time.Hour,
	} {
		var highest time.Duration
		for range 300 {
			delay := RetryDelay(failures)
			require.GreaterOrEqual(t, delay, ShortestRetry)
			require.LessOrEqual(t, delay, longest, "after %d failures", failures)
			highest = max(highest, delay)
		}
		assert.Greater(t, highest, longest/2, "full jitter uses the whole range after %d failures", failures)
	}
}

func TestExhausted(t *testing.T) {
	t.Parallel()
	now := time.Now()
	young, old := now.Add(-71*time.Hour), now.Add(-72*time.Hour)
	assert.False(t, exhausted(nil, now))
	assert.False(t, exhausted(&young, now))
	assert.True(t, exhausted(&old, now))
}

func TestLimited(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 10*time.Second, limited(nil))
	assert.Equal(t, 3*time.Second, limited(new(3*time.Second)))
	assert.Equal(t, time.Hour, limited(new(48*time.Hour)))
}
