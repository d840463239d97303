package health

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// deadKinds sets how many kinds of death [Store.DeadKinds] tells.
const deadKinds = 10

// DeadKinds tells what the dead letters died of, the commonest first, at most ten kinds. It costs as much as there are dead letters.
func (s Store) DeadKinds(ctx context.Context) ([]ledger.DeadKind, error) {
	rows, err := s.Pool.Query(ctx, `
		WITH letters AS (
			SELECT coalesce(e.cause, '') AS cause, `+store.DiedOf+` AS shape, `+store.Fingerprint+` AS name, e.org_id, count(*) AS n, min(e.attention_at) AS first,
			       count(*) FILTER (WHERE e.attention_at > now() - interval '1 hour') AS lately
			  FROM ghexport.exports e
			 WHERE e.attention_at IS NOT NULL AND e.state = 'dead' AND NOT `+store.IsTestCandidate+` -- exports_attention
			 GROUP BY 1, 2, 3, 4
		), companies AS (
			SELECT cause, shape, org_id, sum(n)::bigint AS n, (array_agg(name ORDER BY n DESC, name))[1] AS name, sum(lately)::bigint AS lately, min(first) AS first
			  FROM letters
			 GROUP BY 1, 2, 3
		)
		SELECT (array_agg(name ORDER BY n DESC, org_id))[1], cause, shape, sum(n)::bigint, sum(lately)::bigint, count(*),
		       (array_agg(org_id ORDER BY n DESC, org_id))[1], max(n), min(first), greatest(extract(epoch FROM now() - min(first)), 0)::float8
		  FROM companies
		 GROUP BY cause, shape
		 ORDER BY sum(n) DESC, min(first) DESC
		 LIMIT $1`, deadKinds)
	if err != nil {
		return nil, fmt.Errorf("read what letters died of: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k ledger.DeadKind, err error) {
		err = row.Scan(&k.Fingerprint, &k.Cause, &k.Shape, &k.Count, &k.LastHour, &k.Companies, &k.Org, &k.OrgCount, &k.Since, &k.Age)
		k.Shape = ledger.Shape(k.Shape) // an old letter has its detail there, with names and numbers
		return k, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what letters died of: %w", err)
	}
	return list, nil
}
