package ledger

import (
	"time"

	"github.com/cenkalti/backoff/v4"
)

const (
	firstRetry   = 15 * time.Second // on average; jittered over 0 to twice that
	longestRetry = 30 * time.Minute // on average, so never more than an hour
	// giveUpAfter is how long a row of failures may last: incidents at the vendor have lasted 25 h.
	giveUpAfter = 72 * time.Hour

	limitedFor    = 10 * time.Second // a 429 without Retry-After
	limitedAtMost = time.Hour        // and with an absurd one

	// ShortestRetry is the delay before which no retry comes.
	ShortestRetry = time.Second
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

// exhausted tells whether a row of failures has lasted too long. firstFailed is nil for the first failure.
func exhausted(firstFailed *time.Time, now time.Time) bool {
	return firstFailed != nil && now.Sub(*firstFailed) >= giveUpAfter
}

// limited is how long a 429 keeps the credential still; nil for one that does not say.
func limited(retryAfter *time.Duration) time.Duration {
	if retryAfter == nil {
		return limitedFor
	}
	return min(max(*retryAfter, 0), limitedAtMost)
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
			return OutcomeDead, 0, "after 72 h"
		}
		return OutcomeAgain, RetryDelay(before.Count + 1), ""
	case OutcomeLimited:
		return OutcomeLimited, limited(retryAfter), ""
	default:
		return j.Outcome, 0, ""
	}
}
