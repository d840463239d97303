package query

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Change is a row of the feed: what became of a sent candidate.
type Change struct {
	Seq         int64              `json:"seq"`
	OrgID       string             `json:"org_id"`
	InterviewID string             `json:"interview_id"`
	What        ledger.TrackChange `json:"what"`
	At          time.Time          `json:"at"`
	Status      *string            `json:"status"`
	Stage       *string            `json:"stage"`
	Job         *string            `json:"job"`
}

const changeColumns = "c.seq, c.org_id, c.interview_id, c.what, c.at, c.status, c.stage, c.job"

// TrackRow tells where one sent candidate stands. It names no person.
type TrackRow struct {
	ExportID     int64              `json:"export_id"`
	OrgID        string             `json:"org_id"`
	InterviewID  string             `json:"interview_id"`
	Candidate    int64              `json:"greenhouse_candidate_id"`
	ProfileURL   *string            `json:"profile_url"`
	Status       ledger.TrackStatus `json:"status"` // empty until it is known
	Stage        *string            `json:"stage"`
	Job          *string            `json:"job"`
	SentAt       time.Time          `json:"sent_at"`
	SeenAt       *time.Time         `json:"seen_at"`
	MovedAt      *time.Time         `json:"moved_at"`
	FirstMovedAt *time.Time         `json:"first_moved_at"`
	MissingSince *time.Time         `json:"missing_since"`
	Gone         ledger.TrackEnd    `json:"gone"` // empty while it is there
	GoneAt       *time.Time         `json:"gone_at"`
	NextLookAt   *time.Time         `json:"next_look_at"` // null for never again
}

const trackShown = `
	SELECT t.export_id, t.org_id, e.interview_id, t.greenhouse_candidate_id, e.profile_url, coalesce(t.status, ''), t.stage, t.job, t.sent_at,
	       t.seen_at, t.moved_at, t.first_moved_at, t.missing_since, coalesce(t.gone, ''), t.gone_at, t.next_look_at
	  FROM ghexport.tracks t
	  JOIN ghexport.exports e ON e.id = t.export_id`

// TrackFilter narrows a company's sent candidates.
type TrackFilter struct {
	Org      string
	Status   ledger.TrackStatus // "missing" and "gone" too; empty for all
	Stage    string             // empty for all
	BeforeID int64              // only exports older than this, for the next page
	Limit    int
}

// The filters that are no status of Greenhouse.
const (
	TrackMissing ledger.TrackStatus = "missing" // left out of the last answer
	TrackGone    ledger.TrackStatus = "gone"
	TrackUnseen  ledger.TrackStatus = "unseen" // not looked at yet
)

// Tracks lists where a company's sent candidates stand, the last sent first. It may return a [*store.TooSlowError].
func (r Reader) Tracks(ctx context.Context, f TrackFilter) (list []TrackRow, err error) {
	w := store.Where{}
	w.AddIf(true, "t.org_id = %s", f.Org) // tracks_by_org
	w.AddIf(f.BeforeID != 0, "t.export_id < %s", f.BeforeID)
	w.AddIf(f.Stage != "", "t.stage = %s", f.Stage)
	switch f.Status {
	case "":
	case TrackMissing:
		w.AddIf(true, "t.missing_since IS NOT NULL AND t.gone IS NULL")
	case TrackGone:
		w.AddIf(true, "t.gone IS NOT NULL")
	case TrackUnseen:
		w.AddIf(true, "t.seen_at IS NULL AND t.missing_since IS NULL AND t.gone IS NULL")
	default:
		w.AddIf(true, "t.status = %s AND t.gone IS NULL", string(f.Status))
	}
	err = r.reads.Read(ctx, "list of candidates", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, trackShown+w.SQL()+" ORDER BY t.export_id DESC LIMIT "+w.Arg(f.Limit), w.Args...)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[TrackRow])
		return err
	})
	return list, err
}

// Track returns where the candidate of one export stands, and each change so far, oldest first. It returns [store.ErrNotFound] for an export that
// is not tracked: it was never sent, or what it was sent as is not known.
func (r Reader) Track(ctx context.Context, export int64) (TrackRow, []Change, error) {
	rows, err := r.reads.Query(ctx, trackShown+" WHERE t.export_id = $1", export)
	if err != nil {
		return TrackRow{}, nil, fmt.Errorf("track of export %d: %w", export, err)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[TrackRow])
	if err != nil {
		return row, nil, fmt.Errorf("track of export %d: %w", export, store.NotFound(err))
	}
	rows, err = r.reads.Query(ctx, "SELECT "+changeColumns+" FROM ghexport.changes c WHERE c.export_id = $1 ORDER BY c.seq", export) // changes_by_export
	if err != nil {
		return row, nil, fmt.Errorf("changes of export %d: %w", export, err)
	}
	changes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Change])
	if err != nil {
		return row, nil, fmt.Errorf("changes of export %d: %w", export, err)
	}
	return row, changes, nil
}

// Ledger returns what the rules know of it.
func (t TrackRow) Ledger() ledger.Tracked {
	known := ledger.Tracked{
		ExportID: t.ExportID, InterviewID: t.InterviewID, Candidate: t.Candidate, Status: t.Status, SentAt: t.SentAt, SeenAt: store.TimeOrZero(t.SeenAt),
		MovedAt: store.TimeOrZero(t.MovedAt), FirstMovedAt: store.TimeOrZero(t.FirstMovedAt), MissingSince: store.TimeOrZero(t.MissingSince), End: t.Gone,
		EndAt: store.TimeOrZero(t.GoneAt),
	}
	if t.Stage != nil {
		known.Stage = *t.Stage
	}
	if t.Job != nil {
		known.Job = *t.Job
	}
	return known
}
