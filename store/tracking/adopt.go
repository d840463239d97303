package tracking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/figures"
)

// What was sent is followed from shortly after its settle, which itself writes nothing for that. Every other way to Greenhouse's id is
// rare and has the trigger track_sent.
const (
	adoptGrace = figures.SliceGrace // a settle that ended before then has committed, or never will
	adoptStep  = time.Hour          // of settles in one transaction, after a standstill
)

// AdoptSent follows what was settled as sent since it was last called, and returns how many that are. It costs as much as there were
// attempts meanwhile, and keeps what it has done when ctx ends. [store.ErrStandby] means that another node does it. Safe to call at any time.
func (s Store) AdoptSent(ctx context.Context) (adopted int, err error) {
	for more := true; more; {
		var some int
		if some, more, err = s.adoptSome(ctx); err != nil {
			return adopted, err
		}
		adopted += some
	}
	return adopted, nil
}

func (s Store) adoptSome(ctx context.Context) (adopted int, more bool, err error) {
	err = s.InTx(ctx, "follow what was sent", func(tx pgx.Tx) error {
		adopted, more = 0, false
		mine, err := store.SlicesTurn.Take(ctx, tx)
		if err != nil {
			return err
		}
		if !mine {
			return store.ErrStandby
		}
		var from, until time.Time
		err = tx.QueryRow(ctx, "SELECT c.sent_followed_to, clock_timestamp() - $1::interval FROM ghexport.control c", adoptGrace).Scan(&from, &until)
		if err != nil || !from.Before(until) {
			return err
		}
		if until.Sub(from) > adoptStep {
			until, more = from.Add(adoptStep), true
		}
		if adopted, err = adopt(ctx, tx, from, until); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE ghexport.control SET sent_followed_to = $1", until)
		return err
	})
	return adopted, more, err
}

// adopt follows what was settled as sent in a stretch of time and is not followed yet.
func adopt(ctx context.Context, tx pgx.Tx, from, until time.Time) (int, error) {
	var adopted int
	err := tx.QueryRow(ctx, `
		WITH made AS (
			INSERT INTO ghexport.tracks (export_id, org_id, greenhouse_candidate_id, application_id, sent_at, next_look_at)
			SELECT DISTINCT e.id, e.org_id, e.greenhouse_candidate_id, e.greenhouse_application_id, coalesce(e.sent_at, e.updated_at),
			       coalesce(e.sent_at, e.updated_at) + $3::interval
			  FROM ghexport.attempts a -- attempts_by_end
			  JOIN ghexport.exports e ON e.id = a.export_id
			 WHERE a.finished_at >= $1 AND a.finished_at < $2 AND a.outcome = 'sent'
			   AND e.greenhouse_candidate_id IS NOT NULL AND e.erased_at IS NULL
			 ORDER BY e.id
			ON CONFLICT (export_id) DO NOTHING
			RETURNING org_id
		), known AS (
			INSERT INTO ghexport.tracking (org_id)
			SELECT DISTINCT org_id FROM made ORDER BY org_id
			ON CONFLICT DO NOTHING
		)
		SELECT count(*) FROM made`, from, until, ledger.FirstLook).Scan(&adopted)
	if err != nil {
		return 0, fmt.Errorf("follow what was sent: %w", err)
	}
	return adopted, nil
}

// adoptNow follows what was sent so lately that AdoptSent has not come to it.
func adoptNow(ctx context.Context, tx pgx.Tx) error {
	var from, until time.Time
	if err := tx.QueryRow(ctx, "SELECT c.sent_followed_to, clock_timestamp() FROM ghexport.control c").Scan(&from, &until); err != nil {
		return err
	}
	_, err := adopt(ctx, tx, from, until)
	return err
}

// adoptNamed follows those of a company's candidates that an event names, in case it came sooner than AdoptSent.
func adoptNamed(ctx context.Context, tx pgx.Tx, org string, candidates []int64) error {
	_, err := tx.Exec(ctx, `
		WITH made AS (
			INSERT INTO ghexport.tracks (export_id, org_id, greenhouse_candidate_id, application_id, sent_at, next_look_at)
			SELECT e.id, e.org_id, e.greenhouse_candidate_id, e.greenhouse_application_id, coalesce(e.sent_at, e.updated_at),
			       coalesce(e.sent_at, e.updated_at) + $3::interval
			  FROM ghexport.exports e -- exports_by_profile
			 WHERE e.greenhouse_candidate_id = ANY ($2) AND e.org_id || '' = $1 AND e.erased_at IS NULL
			   AND NOT EXISTS (SELECT FROM ghexport.tracks t WHERE t.export_id = e.id)
			 ORDER BY e.id
			ON CONFLICT (export_id) DO NOTHING
			RETURNING org_id
		)
		INSERT INTO ghexport.tracking (org_id) SELECT DISTINCT org_id FROM made ON CONFLICT DO NOTHING`, org, candidates, ledger.FirstLook)
	if err != nil {
		return fmt.Errorf("follow whom an event names: %w", err)
	}
	return nil
}
