package query

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Tracking holds what became of a company's sent candidates, summed up.
type Tracking struct {
	OrgID     string          `json:"org_id"`
	Sent      int64           `json:"sent"`     // that are tracked
	Seen      int64           `json:"seen"`     // that Greenhouse ever showed
	Active    int64           `json:"active"`   // in a stage of the process, or with a status that is not known
	Rejected  int64           `json:"rejected"` //
	Hired     int64           `json:"hired"`
	Missing   int64           `json:"missing"`        // left out of the last answer
	Gone      int64           `json:"gone"`           // deleted, anonymised or erased
	FirstMove *ledger.Seconds `json:"first_move_s"`   // half moved on within this time of being sent; null while none has
	LookedAt  *time.Time      `json:"looked_at"`      // when Greenhouse was last asked
	Answered  *time.Time      `json:"answered_at"`    // and when it last answered
	RefusedAt *time.Time      `json:"refused_at"`     // since when it refuses to be asked
	Refused   *int            `json:"refused_status"` // with which HTTP status
}

// Blind says that Greenhouse has answered and shown nobody: more likely what its user may see than what became of each.
func (t Tracking) Blind() bool { return t.Missing > 0 && t.Seen == 0 }

const trackingSums = `
	SELECT k.org_id, t.sent, t.seen, t.active, t.rejected, t.hired, t.missing, t.gone, t.first_move::double precision, k.looked_at, k.answered_at,
	       k.refused_at, k.refused_status
	  FROM (SELECT org_id, count(*) AS sent, count(seen_at) AS seen,
	               count(*) FILTER (WHERE gone IS NULL AND status NOT IN ('rejected', 'hired')) AS active,
	               count(*) FILTER (WHERE gone IS NULL AND status = 'rejected') AS rejected,
	               count(*) FILTER (WHERE gone IS NULL AND status = 'hired') AS hired,
	               count(*) FILTER (WHERE gone IS NULL AND missing_since IS NOT NULL) AS missing, count(gone) AS gone,
	               percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first_moved_at - sent_at)) FILTER (WHERE first_moved_at IS NOT NULL) AS first_move
	          FROM ghexport.tracks
	         WHERE $1 = '' OR org_id = $1 -- tracks_by_org
	         GROUP BY org_id) t
	  JOIN ghexport.tracking k ON k.org_id = t.org_id
	 ORDER BY k.org_id`

// Trackings sums up what became of sent candidates: of one company, or of each that sent somebody where org is empty. It may return a
// [*store.TooSlowError].
func (r Reader) Trackings(ctx context.Context, org string) (list []Tracking, err error) {
	err = r.reads.Read(ctx, "sums of candidates", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, trackingSums, org)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Tracking])
		return err
	})
	return list, err
}

// TrackStage is a stage of a company's process, and how many of its sent candidates came there.
type TrackStage struct {
	Stage    string `json:"stage"`
	Reached  int64  `json:"reached"` // were ever seen there
	Now      int64  `json:"now"`     // are there, active
	Rejected int64  `json:"rejected"`
	Hired    int64  `json:"hired"`
}

// TrackStages lists the stages that a company's sent candidates came to, in the order in which they are reached: by how long after sending
// that was on average. It may return a [*store.TooSlowError].
func (r Reader) TrackStages(ctx context.Context, org string) (list []TrackStage, err error) {
	err = r.reads.Read(ctx, "stages of candidates", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			WITH reached AS (
				SELECT c.stage, count(DISTINCT c.export_id) AS reached, avg(c.at - t.sent_at) AS after
				  FROM ghexport.changes c -- changes_by_org
				  JOIN ghexport.tracks t ON t.export_id = c.export_id
				 WHERE c.org_id = $1 AND c.stage IS NOT NULL
				 GROUP BY c.stage
			), standing AS (
				SELECT stage, count(*) FILTER (WHERE status NOT IN ('rejected', 'hired')) AS active, count(*) FILTER (WHERE status = 'rejected') AS rejected,
				       count(*) FILTER (WHERE status = 'hired') AS hired
				  FROM ghexport.tracks -- tracks_by_org
				 WHERE org_id = $1 AND gone IS NULL AND stage IS NOT NULL
				 GROUP BY stage
			)
			SELECT r.stage, r.reached, coalesce(s.active, 0), coalesce(s.rejected, 0), coalesce(s.hired, 0)
			  FROM reached r
			  LEFT JOIN standing s ON s.stage = r.stage
			 ORDER BY r.after, r.stage`, org)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[TrackStage])
		return err
	})
	return list, err
}
