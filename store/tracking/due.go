package tracking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

const (
	trackClaim   = 5 * time.Minute // how long a company's look belongs to whoever claimed it
	trackVisited = 500             // companies that one call of DueTracking looks at
)

// DueTracking claims companies some of whose sent candidates are due to be looked at, so that no two nodes ask about one, and commits.
// End each with [Store.EndTracking]. Companies that may not send are not asked about, nor are those whose look still lies in River's
// queue because nobody takes it. One that has nothing due is put off until something can be.
func (s Store) DueTracking(ctx context.Context, limit int) ([]string, error) {
	rows, err := s.Pool.Query(ctx, `
		WITH visited AS (
			SELECT k.org_id, k.next_at,
			       EXISTS (SELECT FROM ghexport.tracks t WHERE t.org_id = k.org_id AND t.next_look_at <= statement_timestamp()) AS due -- tracks_due
			  FROM ghexport.tracking k -- tracking_due
			  JOIN ghexport.integrations i ON i.org_id = k.org_id
			 WHERE k.next_at <= statement_timestamp()
			   AND ghexport.held_reason(i, false) IS NULL AND i.test_since IS NULL
			   AND NOT EXISTS (SELECT FROM ghexport.control c WHERE c.stopped_at IS NOT NULL)
			   AND NOT EXISTS (SELECT FROM ghexport.river_job j -- river_job_prioritized_fetching_index
			                    WHERE j.state = 'available' AND j.queue = 'track' AND j.args ->> 'org_id' = k.org_id)
			 ORDER BY k.next_at
			 LIMIT $4
			   FOR NO KEY UPDATE OF k SKIP LOCKED
		), claimed AS (
			SELECT org_id FROM visited WHERE due ORDER BY next_at LIMIT $1
		), put AS (
			UPDATE ghexport.tracking k
			   SET next_at = clock_timestamp() + CASE WHEN v.due THEN $2::interval ELSE $3::interval END
			  FROM visited v
			 WHERE k.org_id = v.org_id AND (NOT v.due OR v.org_id IN (SELECT org_id FROM claimed))
		)
		SELECT org_id FROM claimed`, limit, trackClaim, ledger.FirstLook, trackVisited)
	if err != nil {
		return nil, fmt.Errorf("claim companies to track: %w", err)
	}
	due, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("claim companies to track: %w", err)
	}
	return due, nil
}

// DueCandidates returns Greenhouse's ids of a company's candidates that are due to be looked at, the longest due first.
func (s Store) DueCandidates(ctx context.Context, org string, limit int) ([]int64, error) {
	rows, err := s.Pool.Query(ctx, `
		SELECT DISTINCT greenhouse_candidate_id
		  FROM (SELECT t.greenhouse_candidate_id
		          FROM ghexport.tracks t -- tracks_due
		         WHERE t.org_id = $1 AND t.next_look_at <= statement_timestamp()
		         ORDER BY t.next_look_at
		         LIMIT $2) due`, org, limit)
	if err != nil {
		return nil, fmt.Errorf("candidates to look at of company %q: %w", org, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("candidates to look at of company %q: %w", org, err)
	}
	return ids, nil
}

// TrackingEnd describes how a company's look at its candidates ended.
type TrackingEnd struct {
	OrgID    string
	Asked    bool          // a request was made
	Answered bool          // and the last was answered
	Refused  int           // its HTTP status where Greenhouse refuses to be asked: 401 or 403; else 0
	Again    time.Duration // until the next look; 0 for when the next candidate is due
}

// EndTracking writes down how a look ended, and when the next is. A credential that was rejected (401) is looked at by itself soon, which
// concludes about the company; no hold comes of a look at candidates.
func (s Store) EndTracking(ctx context.Context, e TrackingEnd) error {
	return s.InTx(ctx, "end a look at candidates", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE ghexport.tracking k
			   SET next_at = CASE WHEN $5::interval > interval '0' THEN clock_timestamp() + $5
			                      ELSE least(clock_timestamp() + $6::interval,
			                                 (SELECT min(t.next_look_at) FROM ghexport.tracks t WHERE t.org_id = k.org_id)) END, -- tracks_due
			       looked_at = CASE WHEN $2 THEN clock_timestamp() ELSE looked_at END,
			       answered_at = CASE WHEN $3 THEN clock_timestamp() ELSE answered_at END,
			       refused_at = CASE WHEN $4 <> 0 THEN coalesce(refused_at, clock_timestamp()) WHEN $3 THEN NULL ELSE refused_at END,
			       refused_status = CASE WHEN $4 <> 0 THEN $4 WHEN $3 THEN NULL ELSE refused_status END
			 WHERE org_id = $1`, e.OrgID, e.Asked, e.Answered, e.Refused, e.Again, ledger.FirstLook)
		if err != nil || e.Refused != 401 {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE ghexport.integrations i
			   SET check_at = least(check_at, clock_timestamp())
			 WHERE org_id = $1 AND NOT `+store.RefusedNow, e.OrgID)
		return err
	})
}

// TrackNow makes all of a company's candidates that are still followed due, and records who asked. It returns false, and changes nothing,
// where none is.
func (s Store) TrackNow(ctx context.Context, org string, by store.By) (changed bool, err error) {
	err = s.InTx(ctx, string(ledger.ActionOrgTrack), func(tx pgx.Tx) error {
		if err := adoptNow(ctx, tx); err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `
			UPDATE ghexport.tracks
			   SET next_look_at = clock_timestamp()
			 WHERE org_id = $1 AND next_look_at IS NOT NULL -- tracks_due`, org)
		if err != nil {
			return err
		}
		if changed = done.RowsAffected() > 0; !changed {
			return store.MustExist(ctx, tx, org)
		}
		if _, err := tx.Exec(ctx, "UPDATE ghexport.tracking SET next_at = clock_timestamp() WHERE org_id = $1", org); err != nil {
			return err
		}
		return store.AddAudit(ctx, tx, by, ledger.ActionOrgTrack, org, nil)
	})
	return changed, err
}
