package retention

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// heldLooked sets how many of a company's oldest bodies are looked at: those that are past the age are among the oldest.
const heldLooked = 1000

// PeopleHeld tells how old the personal data is that a company's exports hold, and what of it is past its age. Kept is how long the
// service keeps it for a company that says nothing else, zero for ever.
func (s Store) PeopleHeld(ctx context.Context, org string, kept time.Duration) (ledger.PeopleHeld, error) {
	h := ledger.PeopleHeld{Days: int(kept / (24 * time.Hour)), Stays: map[ledger.State]int64{}}
	own, err := s.ownAge(ctx, org)
	if err != nil {
		return h, err
	}
	if own > 0 {
		h.Days, h.Own = own, true
	}
	var age *time.Duration
	if h.Days > 0 {
		age = new(time.Duration(h.Days) * 24 * time.Hour)
	}
	rows, err := s.Pool.Query(ctx, `
		WITH oldest AS MATERIALIZED (
			SELECT b.interview_id, b.created_at FROM ghexport.bodies b WHERE b.org_id = $1 ORDER BY b.id LIMIT $3 -- bodies_by_org
		), past AS MATERIALIZED (
			SELECT DISTINCT o.interview_id FROM oldest o WHERE o.created_at < clock_timestamp() - $2::interval
		)
		SELECT NULL, (SELECT count(*) FROM oldest), (SELECT created_at FROM oldest LIMIT 1), (SELECT count(*) FROM past)
		UNION ALL
		SELECT CASE WHEN `+over+` THEN '' ELSE e.state END, count(*), NULL, 0
		  FROM past p
		  JOIN ghexport.exports e ON e.interview_id = p.interview_id AND e.org_id = $1 -- exports_key
		 WHERE NOT (`+over+`) OR e.updated_at < clock_timestamp() - $2::interval
		 GROUP BY 1`, org, age, heldLooked)
	if err != nil {
		return h, fmt.Errorf("look what company %q holds: %w", org, err)
	}
	var state *ledger.State
	var n, past int64
	var at *time.Time
	_, err = pgx.ForEachRow(rows, []any{&state, &n, &at, &past}, func() error {
		switch {
		case state == nil:
			h.Oldest, h.More = at, past == heldLooked
		case *state == "":
			h.Goes = n
		default:
			h.Stays[*state] = n
		}
		return nil
	})
	if err != nil {
		return h, fmt.Errorf("look what company %q holds: %w", org, err)
	}
	return h, nil
}

// ownAge is the days that the company has set for itself; 0 where it has not, or nobody has connected it.
func (s Store) ownAge(ctx context.Context, org string) (days int, err error) {
	err = s.Pool.QueryRow(ctx, "SELECT coalesce(max(keep_people_days), 0) FROM ghexport.integrations WHERE org_id = $1", org).Scan(&days)
	if err != nil {
		return 0, fmt.Errorf("age of personal data of company %q: %w", org, err)
	}
	return days, nil
}

// PeoplePastAge is for how long past its own company's age the oldest body has been held, of companies that have set one; zero where none
// is. An hour is usual, since the relay looks every hour; more than that waits for somebody.
func (s Store) PeoplePastAge(ctx context.Context) (past time.Duration, err error) {
	err = s.Pool.QueryRow(ctx, `
		SELECT greatest(max(clock_timestamp() - b.created_at - `+ownAge+`), interval '0')
		  FROM ghexport.integrations i
		 CROSS JOIN LATERAL (
			SELECT o.created_at FROM ghexport.bodies o WHERE o.org_id = i.org_id ORDER BY o.id LIMIT 1 -- bodies_by_org
		 ) b
		 WHERE i.keep_people_days IS NOT NULL`).Scan(&past)
	if err != nil {
		return 0, fmt.Errorf("look what is past its company's age: %w", err)
	}
	return past, nil
}
