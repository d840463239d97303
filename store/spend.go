package store

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// spending is a budget and what one dispatch took out of it.
type spending struct {
	ledger.Budget
	read  *time.Time // the row's updated_at when read; nil for a row still to be made
	taken []time.Time
}

// spend queues the budgets that the plan took from, all in one statement.
func (p *dispatchPlan) spend(b *pgx.Batch) {
	var credentials [][]byte
	var ends, read []*time.Time
	var spent, n []int32
	var spends, taken []string
	for _, credential := range slices.Sorted(maps.Keys(p.budgets)) {
		s := p.budgets[credential]
		if len(s.taken) == 0 {
			continue
		}
		credentials, ends, read = append(credentials, []byte(credential)), append(ends, TimeOrNil(s.End)), append(read, s.read)
		spent, n = append(spent, int32(s.Spent)), append(n, int32(len(s.taken)))
		spends, taken = append(spends, literal(s.Spends)), append(taken, literal(s.kept(s.taken)))
	}
	if len(credentials) > 0 {
		b.Queue(spendBudgets, credentials, ends, read, spent, spends, n, taken)
	}
}

// kept returns what a budget remembers of single moments: nothing, if it is wide.
func (s *spending) kept(moments []time.Time) []time.Time {
	if s.Wide() {
		return nil
	}
	return moments
}

// spendBudgets writes each budget as the plan rolled and spent it, or, where an answer changed the row since it was read, adds the
// spends to what the answer taught.
const spendBudgets = `
	WITH s AS (
		SELECT * FROM unnest($1::bytea[], $2::timestamptz[], $3::timestamptz[], $4::int[], $5::text[], $6::int[], $7::text[])
		           AS s(credential, window_end, read, spent, spends, n, taken)
	), made AS (
		INSERT INTO ghexport.budgets AS b (credential, window_end, spent, spends)
		SELECT credential, window_end, spent, spends::timestamptz[] FROM s WHERE read IS NULL ORDER BY credential
		ON CONFLICT (credential) DO UPDATE
		   SET spent = b.spent + excluded.spent, spends = b.spends || excluded.spends, updated_at = clock_timestamp()
	), locked AS (
		SELECT b.credential FROM ghexport.budgets b JOIN s ON s.credential = b.credential
		 WHERE s.read IS NOT NULL
		 ORDER BY b.credential
		   FOR NO KEY UPDATE OF b
	)
	UPDATE ghexport.budgets b
	   SET window_end = CASE WHEN b.updated_at = s.read THEN s.window_end ELSE b.window_end END,
	       spent = CASE WHEN b.updated_at = s.read THEN s.spent ELSE b.spent + s.n END,
	       spends = CASE WHEN b.updated_at = s.read THEN s.spends::timestamptz[] ELSE b.spends || s.taken::timestamptz[] END,
	       updated_at = clock_timestamp()
	  FROM s
	  JOIN locked ON locked.credential = s.credential
	 WHERE b.credential = s.credential`

// literal is a Postgres array of moments, for a column of arrays, which unnest cannot take apart by rows.
func literal(moments []time.Time) string {
	texts := make([]string, len(moments))
	for i, at := range moments {
		texts[i] = at.UTC().Format(time.RFC3339Nano)
	}
	return "{" + strings.Join(texts, ",") + "}"
}

// moments is never nil, which pgx would write as NULL.
func moments(list []time.Time) []time.Time { return append([]time.Time{}, list...) }

func TimeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func TimeOrZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
