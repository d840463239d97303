package worker

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/ledger"
)

// judgeTable is the specification of judge. The README prints it.
var judgeTable = []struct {
	what string
	happened
	outcome ledger.Outcome
	cause   ledger.Cause
}{
	{"2xx with an id", happened{}, ledger.OutcomeSent, ""},
	{"2xx, unreadable or without id", failed(greenhouse.ClassUnreadable), ledger.OutcomeUnknown, "outcome.unknown"},
	{"never left: DNS, refused, TLS, proxy, too late, body unwritten", failed(greenhouse.ClassNeverLeft), ledger.OutcomeAgain, "greenhouse.down"},
	{"left, then timeout, reset, EOF", failed(greenhouse.ClassNoAnswer), ledger.OutcomeUnknown, "outcome.unknown"},
	{"408, 504", failed(greenhouse.ClassTimedOut), ledger.OutcomeUnknown, "outcome.unknown"},
	{"500, 502, 503 and other 5xx", failed(greenhouse.ClassServer), ledger.OutcomeAgain, "greenhouse.down"},
	{"the same, `server_errors: ask`", asking(failed(greenhouse.ClassServer)), ledger.OutcomeUnknown, "outcome.unknown"},
	{"429, 425", failed(greenhouse.ClassLimited), ledger.OutcomeLimited, "limited"},
	{"401", failed(greenhouse.ClassAuthRejected), ledger.OutcomeHold, "auth.rejected"},
	{"403", failed(greenhouse.ClassPermissionDenied), ledger.OutcomeHold, "permission.denied"},
	{"403, though another was accepted meanwhile; it named a job or pool", doubted(naming(failed(greenhouse.ClassPermissionDenied))), ledger.OutcomeDead, "target.refused"},
	{"the same, and it named none", doubted(failed(greenhouse.ClassPermissionDenied)), ledger.OutcomeDead, "payload.refused"},
	{"404, the request named a job or pool", naming(failed(greenhouse.ClassNotFound)), ledger.OutcomeDead, "target.gone"},
	{"404 otherwise", failed(greenhouse.ClassNotFound), ledger.OutcomeHold, "permission.denied"},
	{"400, 422, other 4xx", failed(greenhouse.ClassInvalid), ledger.OutcomeDead, "payload.refused"},
	{"3xx", failed(greenhouse.ClassRedirect), ledger.OutcomeAgain, "greenhouse.down"},
	{"panic before the request left", happened{Panicked: true}, ledger.OutcomeDead, "bug"},
	{"panic after it left", happened{Panicked: true, Left: true}, ledger.OutcomeUnknown, "outcome.unknown"},
	{"a class that nobody has thought of", failed("news"), ledger.OutcomeUnknown, "outcome.unknown"},
}

func failed(class greenhouse.Class) happened { return happened{Err: &greenhouse.Error{Class: class}} }

func asking(h happened) happened { h.AsksOnServerErrors = true; return h }

func doubted(h happened) happened { h.Doubted = true; return h }

func naming(h happened) happened { h.NamedTarget = true; return h }

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, row := range judgeTable {
		assert.Equal(t, verdict{row.outcome, row.cause}, judge(row.happened), row.what)
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

func TestAgain(t *testing.T) {
	t.Parallel()
	for failures, longest := range map[int]time.Duration{
		1: 30 * time.Second, 2: time.Minute, 3: 2 * time.Minute, 4: 4 * time.Minute, 7: 32 * time.Minute, 8: time.Hour, 50: time.Hour, 5000: time.Hour,
	} {
		var highest time.Duration
		for range 300 {
			delay := again(failures)
			require.GreaterOrEqual(t, delay, shortest)
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
	assert.Equal(t, 10*time.Second, limited(0, false))
	assert.Equal(t, 3*time.Second, limited(3*time.Second, true))
	assert.Equal(t, time.Hour, limited(48*time.Hour, true))
}
