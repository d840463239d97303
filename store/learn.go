package store

import (
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// RateLimit is what an answer said about the credential's budget.
type RateLimit struct {
	Limit      int           // requests a window; 0 when not said
	Remaining  int           // of the present window
	ResetIn    time.Duration // until the window ends
	BlockedFor time.Duration // 429: nothing before; 0 otherwise
}

// budget is what the answer said of its window, for the attempt's own row; nil where it said nothing.
func (l *RateLimit) budget() (limit, remaining *int) {
	if l == nil || l.Limit == 0 {
		return nil, nil
	}
	return &l.Limit, &l.Remaining
}

// learnBudgets queues what the group's answers said about each credential: the last word of each, and the longest block.
func learnBudgets(batch *pgx.Batch, in []Settle) {
	last := map[string]RateLimit{}
	for _, one := range in {
		if one.Limit == nil || len(one.Credential) == 0 {
			continue
		}
		have := last[string(one.Credential)]
		said := *one.Limit
		said.BlockedFor = max(said.BlockedFor, have.BlockedFor)
		if said.Limit == 0 || have.Limit > 0 && have.Remaining < said.Remaining {
			said.Limit, said.Remaining, said.ResetIn = have.Limit, have.Remaining, have.ResetIn
		}
		last[string(one.Credential)] = said
	}
	credentials := make([]string, 0, len(last))
	for credential := range last {
		credentials = append(credentials, credential)
	}
	slices.Sort(credentials)
	for _, credential := range credentials {
		said := last[credential]
		batch.Queue(learnBudget, []byte(credential), said.Limit, said.Remaining, said.ResetIn, windowFor(said.ResetIn), said.BlockedFor)
	}
}

// windowFor is the shortest of the windows known to be in use (10 s in Greenhouse's older APIs, 30 s in Harvest v3, a minute for its
// tokens) that such a reset fits into.
func windowFor(resetIn time.Duration) time.Duration {
	for _, window := range []time.Duration{ledger.ColdWindow, 30 * time.Second, time.Minute} {
		if resetIn <= window+time.Second {
			return window
		}
	}
	return time.Hour
}

// learnBudget: an answer of a window that dispatch has not rolled to yet teaches its limit only; dispatch will roll by whole windows.
const learnBudget = `
	INSERT INTO ghexport.budgets AS b (credential, limit_, window_length, window_end, phase_known, spent, blocked_until)
	VALUES ($1, CASE WHEN $2::int > 0 THEN $2 ELSE 50 END, $5, CASE WHEN $2 > 0 THEN clock_timestamp() + $4::interval END, $2 > 0,
	        CASE WHEN $2 > 0 THEN $2 - $3::int ELSE 0 END,
	        CASE WHEN $6::interval > interval '0' THEN clock_timestamp() + $6 END)
	ON CONFLICT (credential) DO UPDATE
	   SET limit_ = CASE WHEN $2 > 0 THEN $2 ELSE b.limit_ END,
	       window_length = CASE WHEN $2 > 0 THEN greatest(excluded.window_length, b.window_length) ELSE b.window_length END,
	       phase_known = b.phase_known OR $2 > 0,
	       spent = CASE WHEN $2 > 0 AND (NOT b.phase_known OR excluded.window_end < b.window_end + b.window_length / 2)
	                    THEN greatest(b.spent, excluded.spent) ELSE b.spent END,
	       window_end = CASE WHEN $2 > 0 AND (NOT b.phase_known OR excluded.window_end < b.window_end + b.window_length / 2)
	                         THEN excluded.window_end ELSE b.window_end END,
	       blocked_until = greatest(b.blocked_until, excluded.blocked_until),
	       updated_at = clock_timestamp()`
