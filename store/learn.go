package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// RateLimit holds what an answer said about the credential's budget.
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

// sane returns what counts of it: a window as a whole or not at all, and a wait within its bounds. The result may be nil.
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

// budget returns what the answer said of its window, for the attempt's own row; nil where it said nothing.
func (l *RateLimit) budget() (limit, remaining *int) {
	if l == nil || l.Limit == 0 {
		return nil, nil
	}
	return &l.Limit, &l.Remaining
}

// lesson holds what the answers of a group said about one credential.
type lesson struct {
	RateLimit
	accepted bool          // an export was
	took     time.Duration // the longest of them
	answered []time.Time   // by when each of their requests had to leave: how a budget of unknown phase remembers it
}

func (l lesson) with(one Settle) lesson {
	l.accepted = l.accepted || one.Outcome == ledger.OutcomeSent
	l.took = max(l.took, one.Took)
	if !one.SendBy.IsZero() {
		l.answered = append(l.answered, one.SendBy)
	}
	if one.Limit == nil {
		return l
	}
	if said := *one.Limit; said.Limit > 0 && (l.Limit == 0 || said.Remaining <= l.Remaining) {
		l.Limit, l.Remaining, l.ResetIn = said.Limit, said.Remaining, said.ResetIn
	}
	l.BlockedFor = max(l.BlockedFor, one.Limit.BlockedFor)
	return l
}

// learnBudgets queues what the group's answers said about each credential: the last word of each, and the longest block.
func learnBudgets(batch *pgx.Batch, in []Settle) {
	lessons := map[string]lesson{}
	for _, one := range in {
		if len(one.Credential) > 0 {
			lessons[string(one.Credential)] = lessons[string(one.Credential)].with(one)
		}
	}
	if len(lessons) > 0 {
		batch.Queue(learn, lessonColumns(lessons)...)
	}
}

// LearnBudget writes down what an answer to a request other than an export said about its credential's budget; nil is nothing.
func (s *Store) LearnBudget(ctx context.Context, credential []byte, said *RateLimit) error {
	l := said.sane()
	if l == nil {
		return nil
	}
	if _, err := s.Pool.Exec(ctx, learn, lessonColumns(map[string]lesson{string(credential): {RateLimit: *l}})...); err != nil {
		return fmt.Errorf("learn what the budget is: %w", err)
	}
	return nil
}

func lessonColumns(lessons map[string]lesson) []any {
	n := len(lessons)
	credentials, limits, remaining := make([][]byte, 0, n), make([]int32, 0, n), make([]int32, 0, n)
	resets, windows, waits, took := make([]time.Duration, 0, n), make([]time.Duration, 0, n), make([]time.Duration, 0, n), make([]time.Duration, 0, n)
	accepted, answered := make([]bool, 0, n), make([]string, 0, n)
	for credential, l := range lessons {
		credentials, accepted, answered = append(credentials, []byte(credential)), append(accepted, l.accepted), append(answered, literal(l.answered))
		limits, remaining = append(limits, int32(l.Limit)), append(remaining, int32(l.Remaining))
		resets, windows = append(resets, l.ResetIn), append(windows, windowFor(l.ResetIn))
		waits, took = append(waits, l.BlockedFor), append(took, l.took)
	}
	return []any{credentials, limits, remaining, resets, windows, waits, accepted, took, answered}
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

// learn writes all lessons in one statement, and touches no budget that has nothing to learn. Budgets are locked in the order of their
// credentials.
//
// An answer of a window that dispatch has not rolled to yet teaches its limit only; dispatch will roll by whole windows. A longer window is
// believed at once, a shorter one when for two windows nothing has spoken for the longer. Of several 429s that answer to one wait, the
// first counts. An export that was accepted and whose answer said nothing of a budget shows that Greenhouse lets us through; where it had
// spoken of windows and no longer does, the budget begins anew (lapsed). While the phase is unknown each answer takes the place of
// the moment that its request had to leave by.
const learn = `
	WITH said AS MATERIALIZED (
		SELECT s.credential, s.limit_, s.used, clock_timestamp() + s.reset AS ends, s.window_length, s.wait, s.accepted, s.took,
		       s.answered::timestamptz[] AS answered, s.limit_ > 0 AS speaks, s.wait > interval '0' AS waits
		  FROM (SELECT u.*, u.limit_ - u.remaining AS used
		          FROM unnest($1::bytea[], $2::int[], $3::int[], $4::interval[], $5::interval[], $6::interval[], $7::boolean[], $8::interval[], $9::text[])
		               AS u(credential, limit_, remaining, reset, window_length, wait, accepted, took, answered)) s
	), taught AS (
		SELECT b.credential, s.accepted AND NOT s.speaks AND NOT s.waits AND ` + lapsed + ` AS lapsed
		  FROM said s
		  JOIN ghexport.budgets b ON b.credential = s.credential
		 WHERE s.speaks OR s.waits
		    OR s.accepted AND (b.limited > 0 OR ` + lapsed + `)
		    OR NOT b.phase_known AND b.limit_ <= 1000 AND cardinality(s.answered) > 0
		 ORDER BY b.credential
		   FOR NO KEY UPDATE OF b
	), first AS (
		INSERT INTO ghexport.budgets AS b (credential, limit_, window_length, window_end, phase_known, spent, blocked_until, limited, said_at, window_at)
		SELECT s.credential, CASE WHEN s.speaks THEN s.limit_ ELSE 50 END, s.window_length, CASE WHEN s.speaks THEN s.ends END, s.speaks,
		       CASE WHEN s.speaks THEN s.used ELSE 0 END, CASE WHEN s.waits THEN clock_timestamp() + s.wait END, s.waits::int,
		       CASE WHEN s.speaks THEN clock_timestamp() END, CASE WHEN s.speaks THEN clock_timestamp() END
		  FROM said s
		 WHERE (s.speaks OR s.waits) AND NOT EXISTS (SELECT FROM ghexport.budgets o WHERE o.credential = s.credential)
		 ORDER BY s.credential
		    ON CONFLICT (credential) DO UPDATE SET blocked_until = greatest(b.blocked_until, excluded.blocked_until)
	)
	UPDATE ghexport.budgets b
	   SET limit_ = CASE WHEN s.speaks THEN s.limit_ WHEN t.lapsed THEN 50 ELSE b.limit_ END,
	       window_length = CASE WHEN ` + windowSaid + ` THEN s.window_length WHEN t.lapsed THEN '10 seconds' ELSE b.window_length END,
	       window_at = CASE WHEN ` + windowSaid + ` THEN clock_timestamp() ELSE b.window_at END,
	       said_at = CASE WHEN s.speaks THEN clock_timestamp() ELSE b.said_at END,
	       phase_known = s.speaks OR b.phase_known AND NOT t.lapsed,
	       spent = CASE WHEN t.lapsed THEN 0 WHEN ` + windowNow + ` THEN greatest(b.spent, s.used) ELSE b.spent END,
	       spends = CASE WHEN t.lapsed THEN '{}' WHEN b.phase_known OR b.limit_ > 1000 THEN b.spends ELSE ` + spendsNow + ` END,
	       window_end = CASE WHEN t.lapsed THEN NULL WHEN ` + windowNow + ` THEN s.ends ELSE b.window_end END,
	       limited = ` + limitedNow + `,
	       blocked_until = greatest(b.blocked_until, clock_timestamp() + ` + waitNow + `),
	       takes = CASE WHEN s.took > interval '0' THEN coalesce((b.takes * 3 + s.took) / 4, s.took) ELSE b.takes END,
	       others_at = CASE WHEN s.waits OR ` + othersSeen + ` THEN clock_timestamp() ELSE b.others_at END,
	       updated_at = clock_timestamp()
	  FROM said s
	  JOIN taught t ON t.credential = s.credential
	 WHERE b.credential = s.credential`

// lapsed is true of a budget that headers told of and that they have not for a window.
const lapsed = "coalesce(b.phase_known AND b.said_at < clock_timestamp() - b.window_length, false)"

const windowSaid = `
	s.speaks AND (s.window_length >= b.window_length OR b.window_at IS NULL OR b.window_at < clock_timestamp() - 2 * b.window_length)`

const windowNow = "s.speaks AND (NOT b.phase_known OR s.ends < b.window_end + b.window_length / 2)"

// othersSeen is true where Greenhouse counts more requests in a window than all that we took out of it.
const othersSeen = `
	s.speaks AND b.phase_known AND s.used > b.spent AND s.ends BETWEEN b.window_end - interval '2 seconds' AND b.window_end + interval '2 seconds'`

// spendsNow puts for each request that was answered now, in the place of the moment it had to leave by.
const spendsNow = `
	ARRAY(SELECT m.at FROM (SELECT u.at, row_number() OVER (PARTITION BY u.at) AS n FROM unnest(b.spends) AS u(at)) m
	       WHERE m.n > (SELECT count(*) FROM unnest(s.answered) AS a(at) WHERE a.at = m.at)
	       ORDER BY m.at) || array_fill(clock_timestamp(), ARRAY[cardinality(s.answered)])`

// limitedNow counts the 429s in a row, but for an export that was accepted in the same group.
const limitedNow = `
	CASE WHEN s.accepted AND s.waits THEN 1
	     WHEN s.accepted THEN 0
	     WHEN s.waits AND (b.limited = 0 OR b.blocked_until IS NULL OR b.blocked_until <= clock_timestamp())
	     THEN least(b.limited + 1, 100)
	     ELSE b.limited END`

// waitNow sets how long a 429 blocks: as long as was said, doubled for each that came in a row before it, up to 5 minutes; null without.
const waitNow = `
	CASE WHEN s.waits THEN greatest(s.wait, least(s.wait * power(2, least(` + limitedNow + ` - 1, 20)), interval '5 minutes')) END`
