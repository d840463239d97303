package worker

import (
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

const (
	firstRetry   = 15 * time.Second // on average; jittered over 0 to twice that
	longestRetry = 30 * time.Minute // on average, so never more than an hour
	shortest     = time.Second      // no retry comes sooner
	// giveUpAfter is how long a row of failures may last: incidents at the vendor have lasted 25 h.
	giveUpAfter = 72 * time.Hour

	limitedFor    = 10 * time.Second // a 429 without Retry-After
	limitedAtMost = time.Hour        // and with an absurd one
)

// again is the delay before the next try after the given number of failures in a row, the present one included: exponential with
// full jitter, from within 30 s to within an hour.
func again(failures int) time.Duration {
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
	return max(delay, shortest)
}

// exhausted tells whether a row of failures has lasted too long. firstFailed is nil for the first failure.
func exhausted(firstFailed *time.Time, now time.Time) bool {
	return firstFailed != nil && now.Sub(*firstFailed) >= giveUpAfter
}

// limited is how long a first 429 keeps the credential still; the budget doubles it for those that follow in a row.
func limited(retryAfter time.Duration, told bool) time.Duration {
	if !told {
		return limitedFor
	}
	return min(max(retryAfter, shortest), limitedAtMost)
}

// follow turns a verdict into a settle's outcome, cause, delay and detail.
func follow(v verdict, g *store.Granted, now time.Time, retryAfter time.Duration, told bool) (ledger.Outcome, time.Duration, string) {
	switch v.Outcome {
	case ledger.OutcomeAgain:
		if exhausted(g.FirstFailed, now) {
			return ledger.OutcomeDead, 0, "after 72 h"
		}
		return ledger.OutcomeAgain, again(g.Failures + 1), ""
	case ledger.OutcomeLimited:
		return ledger.OutcomeLimited, limited(retryAfter, told), ""
	default:
		return v.Outcome, 0, ""
	}
}
