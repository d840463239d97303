package notices

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// longestWave is after how long companies are told though many are still refused. Greenhouse's longest such incident lasted 25 h.
const longestWave = 48 * time.Hour

// beginWave notices that several companies were refused within minutes. That is one alert to us; what was to be told to them and has
// not left yet is held back.
func (w noticeSweep) beginWave(ctx context.Context) error {
	var id int64
	f := news{Kind: Refusals, To: w.rules.AlertTo, Hook: true}
	cause := ledger.CauseAuthRejected
	f.Cause = &cause
	err := w.tx.QueryRow(ctx, `
		WITH refused AS (
			SELECT h.org_id, h.since, (SELECT `+store.WaitingOf+` FROM (SELECT h.org_id) i) AS waiting
			  FROM ghexport.holds h -- holds_by_since
			  JOIN ghexport.integrations i ON i.org_id = h.org_id
			 WHERE h.since > statement_timestamp() - $1::interval AND h.until IS NULL AND h.cause = 'auth.rejected' AND i.enabled
			   AND NOT EXISTS (SELECT FROM ghexport.waves v WHERE v.ended_at IS NULL) -- waves_open
		), wave AS (
			INSERT INTO ghexport.waves (began_at, companies)
			SELECT min(since), array_agg(org_id ORDER BY org_id) FROM refused HAVING count(*) >= $2
			RETURNING id, began_at, companies
		)
		SELECT id, began_at, companies, (SELECT sum(waiting)::bigint FROM refused) FROM wave`, w.rules.WaveWithin, w.rules.WaveSize).
		Scan(&id, &f.Since, &f.Companies, &f.Waiting)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for a wave of refusals: %w", err)
	}
	_, err = w.tx.Exec(ctx, `
		UPDATE ghexport.notices
		   SET state = 'suppressed', due_at = NULL, detail = $2
		 WHERE due_at IS NOT NULL -- notices_due
		   AND kind IN ('broken', 'still_broken') AND cause = 'auth.rejected' AND since >= $1`, f.Since, heldBack)
	if err != nil {
		return fmt.Errorf("hold notices back: %w", err)
	}
	w.swept.WaveBegan = f.Companies
	f.Key = fmt.Sprintf("refusals/%d", id)
	return w.write(ctx, f)
}

// endWave notices that it is over, and lets companies be told that are refused all the same.
func (w noticeSweep) endWave(ctx context.Context) error {
	done, err := w.tx.Exec(ctx, `
		WITH members AS (
			SELECT v.id, count(*) FILTER (WHERE h.until IS NULL AND i.enabled) AS refused, max(h.until) AS newest
			  FROM ghexport.waves v -- waves_open
			  LEFT JOIN (ghexport.holds h JOIN ghexport.integrations i ON i.org_id = h.org_id)
			         ON h.since >= v.began_at AND h.cause = 'auth.rejected' -- holds_by_since
			 WHERE v.ended_at IS NULL
			 GROUP BY v.id
		)
		UPDATE ghexport.waves v
		   SET ended_at = clock_timestamp()
		  FROM members m
		 WHERE v.id = m.id
		   AND (m.refused < $1 AND (m.newest IS NULL OR m.newest <= clock_timestamp() - $2::interval)
		        OR v.began_at < clock_timestamp() - $3::interval)`, w.rules.WaveSize, w.rules.WaveSettle, longestWave)
	if err != nil {
		return fmt.Errorf("look whether a wave of refusals is over: %w", err)
	}
	if done.RowsAffected() == 0 {
		return nil
	}
	w.swept.WaveEnded = true
	_, err = w.tx.Exec(ctx, `
		UPDATE ghexport.notices n
		   SET state = 'waiting', due_at = clock_timestamp(), told_from = clock_timestamp(), detail = 'was held back while many companies were refused',
		       waiting = (SELECT `+store.WaitingOf+` FROM (SELECT n.org_id) i)
		  FROM ghexport.holds h
		 WHERE n.state = 'suppressed' AND h.id = n.hold_id AND h.until IS NULL -- holds_open, notices_by_hold`)
	if err != nil {
		return fmt.Errorf("let held back notices go: %w", err)
	}
	return nil
}
