package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// CompanyActivity holds what the ledger holds of one company.
type CompanyActivity struct {
	States   map[ledger.State]int64 `json:"states"`    // every state, those with none included
	LastSent *time.Time             `json:"last_sent"` // when its newest exports last reached Greenhouse; null: none of them did
}

// lastSentAmong sets how many of a company's newest exports are looked at for the last one that was sent.
const lastSentAmong = 1000

// CompanyActivity counts a company's exports, which costs as much as it has of them.
func (s *Store) CompanyActivity(ctx context.Context, org string) (CompanyActivity, error) {
	a := CompanyActivity{States: map[ledger.State]int64{}}
	for _, state := range ledger.States {
		a.States[state] = 0
	}
	rows, err := s.Pool.Query(ctx, "SELECT e.state, count(*) FROM ghexport.exports e WHERE e.org_id = $1 AND "+IsCounted+" GROUP BY e.state", org) // exports_by_org
	if err != nil {
		return a, fmt.Errorf("count exports of company %q: %w", org, err)
	}
	var state ledger.State
	var n int64
	if _, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error { a.States[state] = n; return nil }); err != nil {
		return a, fmt.Errorf("count exports of company %q: %w", org, err)
	}
	a.LastSent, err = s.LastSent(ctx, org)
	return a, err
}

// LastSent returns when the newest of a company's exports last reached Greenhouse; nil when none of them did.
func (s *Store) LastSent(ctx context.Context, org string) (last *time.Time, err error) {
	err = s.Pool.QueryRow(ctx, `
		SELECT max(n.sent_at)
		  FROM (SELECT e.sent_at FROM ghexport.exports e WHERE e.org_id = $1 AND NOT `+IsTest+` ORDER BY e.id DESC LIMIT $2) n -- exports_by_org`, org, lastSentAmong).Scan(&last)
	if err != nil {
		return nil, fmt.Errorf("when company %q was last sent to: %w", org, err)
	}
	return last, nil
}
