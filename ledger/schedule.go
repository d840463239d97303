package ledger

import (
	"time"

	"github.com/cenkalti/backoff/v4"
)

const (
	firstRetry   = 15 * time.Second // on average; jittered over 0 to twice that
	longestRetry = 30 * time.Minute // on average, so never more than an hour

	limitedFor    = 10 * time.Second // a 429 without Retry-After
	limitedAtMost = time.Hour        // and with an absurd one

	// ShortestRetry is the delay before which no retry comes.
	ShortestRetry = time.Second
	// GiveUpAfter sets how long a row of failures may last: incidents at the vendor have lasted 25 h.
	GiveUpAfter = 72 * time.Hour
	// GivenUp says so beside the last failure.
	GivenUp = "after 72 h"
)

// RetryDelay is the delay before the next try after the given number of failures in a row, the present one included: exponential with
// full jitter, from within 30 s to within an hour.
func RetryDelay(failures int) time.Duration {
	b := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(firstRetry),
		backoff.WithMultiplier(2),
		backoff.WithRandomizationFactor(1),
		backoff.WithMaxInterval(longestRetry),
		backoff.WithMaxElapsedTime(0),
	)
	delay := b.NextBackOff()
	for range min(failures, 20) - 1 {
		delay = b.NextBackOff()
	}
	return max(delay, ShortestRetry)
}

// RetryDelays are the delays after one failure in a row, after two, and so on; the last holds for any more.
func RetryDelays() []time.Duration {
	delays := make([]time.Duration, 10) // by then it is the longest
	for n := range delays {
		delays[n] = RetryDelay(n + 1)
	}
	return delays
}

// exhausted tells whether a row of failures has lasted too long. firstFailed is nil for the first failure.
func exhausted(firstFailed *time.Time, now time.Time) bool {
	return firstFailed != nil && now.Sub(*firstFailed) >= GiveUpAfter
}

// limited returns how long a first 429 keeps the credential still; the budget doubles it for those that follow in a row. nil for one that does not say.
func limited(retryAfter *time.Duration) time.Duration {
	if retryAfter == nil {
		return limitedFor
	}
	return min(max(*retryAfter, ShortestRetry), limitedAtMost)
}

// Failures are those of an export before the present attempt, in a row.
type Failures struct {
	Count int
	First *time.Time // nil before the first
}

// Follow turns a judgement into what is settled: the outcome, the delay before the export goes again, and what is to be said beside it,
// "" for nothing. Greenhouse's retryAfter is nil where it does not say.
func (j Judgement) Follow(before Failures, now time.Time, retryAfter *time.Duration) (Outcome, time.Duration, string) {
	switch j.Outcome {
	case OutcomeAgain:
		if exhausted(before.First, now) {
			return OutcomeDead, 0, GivenUp
		}
		return OutcomeAgain, RetryDelay(before.Count + 1), ""
	case OutcomeLimited:
		return OutcomeLimited, limited(retryAfter), ""
	default:
		return j.Outcome, 0, ""
	}
}
