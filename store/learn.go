package store

import (
	"context"
	"fmt"
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

// Bounds of what an answer may teach, whoever read it. What lies beyond them counts as not said, a wait as the nearest bound.
const (
	mostRequests = 1_000_000        // in a window
	longestReset = 10 * time.Minute // until a window ends
	shortestWait = time.Second      // after a 429
	longestWait  = time.Hour
)

// sane is what counts of it: a window as a whole or not at all, and a wait within its bounds. The result may be nil.
func (l *RateLimit) sane() *RateLimit {
	if l == nil {
		return nil
	}
	said := RateLimit{}
	if l.Limit > 0 && l.Limit <= mostRequests && l.ResetIn >= 0 && l.ResetIn <= longestReset {
		said = RateLimit{Limit: l.Limit, Remaining: min(max(l.Remaining, 0), l.Limit), ResetIn: l.ResetIn}
	}
	if l.BlockedFor != 0 {
		said.BlockedFor = min(max(l.BlockedFor, shortestWait), longestWait)
	}
	if said == (RateLimit{}) {
		return nil
	}
	return &said
}

// budget is what the answer said of its window, for the attempt's own row; nil where it said nothing.
func (l *RateLimit) budget() (limit, remaining *int) {
	if l == nil || l.Limit == 0 {
		return nil, nil
	}
	return &l.Limit, &l.Remaining
}

// lesson is what the answers of a group said about one credential.
type lesson struct {
	RateLimit
	accepted bool // an export was
}

func (l lesson) with(one Settle) lesson {
	l.accepted = l.accepted || one.Outcome == ledger.OutcomeSent
	if one.Limit == nil {
		return l
	}
	if said := *one.Limit; said.Limit > 0 && (l.Limit == 0 || said.Remaining <= l.Remaining) {
		l.Limit, l.Remaining, l.ResetIn = said.Limit, said.Remaining, said.ResetIn
	}
	l.BlockedFor = max(l.BlockedFor, one.Limit.BlockedFor)
	return l
}

// learnBudgets queues what the group's answers said about each credential: the last word of each, and the longest block. Budgets are
// locked in the order of their credentials, by every settle.
func learnBudgets(batch *pgx.Batch, in []Settle) {
	lessons := map[string]lesson{}
	for _, one := range in {
		if len(one.Credential) > 0 && (one.Limit != nil || one.Outcome == ledger.OutcomeSent) {
			lessons[string(one.Credential)] = lessons[string(one.Credential)].with(one)
		}
	}
	credentials := make([]string, 0, len(lessons))
	for credential := range lessons {
		credentials = append(credentials, credential)
	}
	slices.Sort(credentials)
	for _, credential := range credentials {
		l := lessons[credential]
		if l.RateLimit == (RateLimit{}) {
			batch.Queue(forgetBudget, []byte(credential))
			continue
		}
		batch.Queue(learnBudget, []byte(credential), l.Limit, l.Remaining, l.ResetIn, windowFor(l.ResetIn), l.BlockedFor, l.accepted)
	}
}

// LearnBudget writes down what an answer to a request other than an export said about its credential's budget; nil is nothing.
func (s *Store) LearnBudget(ctx context.Context, credential []byte, said *RateLimit) error {
	l := said.sane()
	if l == nil {
		return nil
	}
	_, err := s.Pool.Exec(ctx, learnBudget, credential, l.Limit, l.Remaining, l.ResetIn, windowFor(l.ResetIn), l.BlockedFor, false)
	if err != nil {
		return fmt.Errorf("learn what the budget is: %w", err)
	}
	return nil
}

// windowFor is the shortest of the windows known to be in use (10 s in Greenhouse's older APIs, 30 s in Harvest v3, a minute for its
// tokens) that such a reset fits into, else the longest that counts as said.
func windowFor(resetIn time.Duration) time.Duration {
	for _, window := range []time.Duration{ledger.ColdWindow, 30 * time.Second, time.Minute} {
		if resetIn <= window+time.Second {
			return window
		}
	}
	return longestReset
}

// forgetBudget is for an export that was accepted and whose answer said nothing of a budget: Greenhouse lets us through, and where it
// had spoken of windows and no longer does, the budget begins anew.
const forgetBudget = `
	UPDATE ghexport.budgets b
	   SET limited = 0,
	       limit_ = CASE WHEN f.silent THEN 50 ELSE b.limit_ END,
	       window_length = CASE WHEN f.silent THEN '10 seconds' ELSE b.window_length END,
	       window_end = CASE WHEN f.silent THEN NULL ELSE b.window_end END,
	       spent = CASE WHEN f.silent THEN 0 ELSE b.spent END,
	       spends = CASE WHEN f.silent THEN '{}' ELSE b.spends END,
	       phase_known = b.phase_known AND NOT f.silent,
	       updated_at = clock_timestamp()
	  FROM (SELECT o.credential, coalesce(o.phase_known AND o.said_at < clock_timestamp() - o.window_length, false) AS silent
	          FROM ghexport.budgets o
	         WHERE o.credential = $1
	           AND (o.limited > 0 OR o.phase_known AND o.said_at < clock_timestamp() - o.window_length)
	           FOR NO KEY UPDATE) f
	 WHERE b.credential = f.credential`

// learnBudget: an answer of a window that dispatch has not rolled to yet teaches its limit only; dispatch will roll by whole windows. A
// longer window is believed at once, a shorter one when for two windows nothing has spoken for the longer. Of several 429s that answer
// to one wait, the first counts.
const learnBudget = `
	INSERT INTO ghexport.budgets AS b (credential, limit_, window_length, window_end, phase_known, spent, blocked_until, limited, said_at, window_at)
	VALUES ($1, CASE WHEN $2::int > 0 THEN $2 ELSE 50 END, $5, CASE WHEN $2 > 0 THEN clock_timestamp() + $4::interval END, $2 > 0,
	        CASE WHEN $2 > 0 THEN $2 - $3::int ELSE 0 END,
	        CASE WHEN $6::interval > interval '0' THEN clock_timestamp() + $6 END, ($6 > interval '0')::int,
	        CASE WHEN $2 > 0 THEN clock_timestamp() END, CASE WHEN $2 > 0 THEN clock_timestamp() END)
	ON CONFLICT (credential) DO UPDATE
	   SET limit_ = CASE WHEN $2 > 0 THEN $2 ELSE b.limit_ END,
	       window_length = CASE WHEN ` + windowSaid + ` THEN excluded.window_length ELSE b.window_length END,
	       window_at = CASE WHEN ` + windowSaid + ` THEN clock_timestamp() ELSE b.window_at END,
	       said_at = coalesce(excluded.said_at, b.said_at),
	       phase_known = b.phase_known OR $2 > 0,
	       spent = CASE WHEN $2 > 0 AND (NOT b.phase_known OR excluded.window_end < b.window_end + b.window_length / 2)
	                    THEN greatest(b.spent, excluded.spent) ELSE b.spent END,
	       window_end = CASE WHEN $2 > 0 AND (NOT b.phase_known OR excluded.window_end < b.window_end + b.window_length / 2)
	                         THEN excluded.window_end ELSE b.window_end END,
	       limited = ` + limitedNow + `,
	       blocked_until = greatest(b.blocked_until, clock_timestamp() + ` + waitNow + `),
	       updated_at = clock_timestamp()`

const windowSaid = `
	$2 > 0 AND (excluded.window_length >= b.window_length OR b.window_at IS NULL OR b.window_at < clock_timestamp() - 2 * b.window_length)`

// limitedNow counts the 429s in a row. $7 tells that an export was accepted in the same group.
const limitedNow = `
	CASE WHEN $7::boolean AND $6 > interval '0' THEN 1
	     WHEN $7 THEN 0
	     WHEN $6 > interval '0' AND (b.limited = 0 OR b.blocked_until IS NULL OR b.blocked_until <= clock_timestamp())
	     THEN least(b.limited + 1, 100)
	     ELSE b.limited END`

// waitNow is how long a 429 blocks: as long as was said, doubled for each that came in a row before it, up to 5 minutes; null without.
const waitNow = `
	CASE WHEN $6 > interval '0' THEN greatest($6, least($6 * power(2, least(` + limitedNow + ` - 1, 20)), interval '5 minutes')) END`
