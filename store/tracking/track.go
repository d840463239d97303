package tracking

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// wordCap sets how many bytes of a stage's or a job's name are kept.
const wordCap = 200

// Observed says what observations did.
type Observed struct {
	Known   int // sent exports whose candidate was named
	Changed int // of them that stand elsewhere since; as many rows were added to the feed
}

// Observe writes down what Greenhouse said of candidates of one company, in one transaction: where each now stands, when to ask about it
// next, and one row of the feed for each export that stands elsewhere than before. Ids that no sent export of the company has are passed
// over, and so is what is older than what is known. Nothing is ever sent because of it. Safe to call again with the same observations;
// lock order: tracks by export, then the turn of changes.
func (s Store) Observe(ctx context.Context, org string, list []ledger.Observation) (Observed, error) {
	var done Observed
	err := s.InTx(ctx, "write down where candidates stand", func(tx pgx.Tx) error {
		done = Observed{}
		tracked, now, err := LockTracked(ctx, tx, org, list)
		if err != nil || len(tracked) == 0 {
			return err
		}
		var w Writer
		list := SaneObservations(list, now)
		for _, t := range tracked {
			w.Observe(t, list, now)
		}
		done = Observed{Known: len(tracked), Changed: len(w.changed)}
		return w.Write(ctx, tx, org)
	})
	return done, err
}

// LockTracked reads and locks the tracked exports of the candidates that are observed. The time is the database's, after the lock.
func LockTracked(ctx context.Context, tx pgx.Tx, org string, list []ledger.Observation) (tracked []ledger.Tracked, now time.Time, err error) {
	ids := make([]int64, len(list))
	events := false
	for i, o := range list {
		ids[i] = o.Candidate
		events = events || !o.Looked()
	}
	if events {
		if err := adoptNamed(ctx, tx, org, ids); err != nil {
			return nil, now, err
		}
	}
	rows, err := tx.Query(ctx, `
		SELECT `+trackColumns+`
		  FROM ghexport.tracks t -- tracks_by_candidate
		  JOIN ghexport.exports e ON e.id = t.export_id
		 WHERE t.org_id = $1 AND t.greenhouse_candidate_id = ANY ($2)
		 ORDER BY t.export_id
		   FOR NO KEY UPDATE OF t`, org, ids)
	if err != nil {
		return nil, now, err
	}
	if tracked, err = pgx.CollectRows(rows, scanTracked); err != nil {
		return nil, now, err
	}
	err = tx.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&now)
	return tracked, now, err
}

const trackColumns = `
	t.export_id, e.interview_id, t.greenhouse_candidate_id, coalesce(t.application_id, 0), coalesce(e.greenhouse_application_id, 0),
	coalesce(t.status, ''), coalesce(t.stage, ''), coalesce(t.job, ''),
	t.sent_at, t.seen_at, t.moved_at, t.first_moved_at, t.missing_since, coalesce(t.gone, ''), t.gone_at`

func scanTracked(row pgx.CollectableRow) (t ledger.Tracked, err error) {
	var seen, moved, first, missing, ended *time.Time
	err = row.Scan(&t.ExportID, &t.InterviewID, &t.Candidate, &t.Application, &t.OwnApplication, &t.Status, &t.Stage, &t.Job,
		&t.SentAt, &seen, &moved, &first, &missing, &t.End, &ended)
	t.SeenAt, t.MovedAt, t.FirstMovedAt = store.TimeOrZero(seen), store.TimeOrZero(moved), store.TimeOrZero(first)
	t.MissingSince, t.EndAt = store.TimeOrZero(missing), store.TimeOrZero(ended)
	return t, err
}

// Writer gathers what observations change.
type Writer struct {
	counted []ledger.Tracked
	next    []*time.Time // of counted: the next look, nil for never again
	changed []trackedChange
}

type trackedChange struct {
	ledger.Tracked
	what ledger.TrackChange
	at   time.Time
}

// Observe takes in all observations of one tracked export, oldest first. Even a look that came too late to count was one, so that the
// next is not due at once.
func (w *Writer) Observe(t ledger.Tracked, list []ledger.Observation, now time.Time) {
	any := false
	for _, o := range list {
		looked := o.Candidate == t.Candidate && o.Looked()
		after, change, counted := t.Observe(o)
		if any = any || counted || looked; counted {
			t = after
		}
		if change != ledger.ChangeNone {
			w.changed = append(w.changed, trackedChange{t, change, o.At})
		}
	}
	if !any {
		return
	}
	var next *time.Time
	if in, more := t.NextLook(now); more {
		next = store.TimeOrNil(now.Add(in))
	}
	w.counted, w.next = append(w.counted, t), append(w.next, next)
}

// clockAhead sets how far Greenhouse's clock may be ahead of ours.
const clockAhead = 5 * time.Minute

// sane returns what may be kept of observations, oldest first: words cleaned and capped, and no time that hides all that comes later. One
// without a time is of now.
func SaneObservations(list []ledger.Observation, now time.Time) []ledger.Observation {
	list = slices.Clone(list)
	for i := range list {
		o := &list[i]
		if o.At.IsZero() || o.At.After(now.Add(clockAhead)) {
			o.At = now
		}
		o.Applications = slices.Clone(o.Applications)
		for j, app := range o.Applications {
			app.Status = ledger.TrackStatus(ledger.Clean(string(app.Status), wordCap))
			app.Stage, app.Job = ledger.Clean(app.Stage, wordCap), ledger.Clean(app.Job, wordCap)
			o.Applications[j] = app
		}
	}
	slices.SortStableFunc(list, func(a, b ledger.Observation) int { return a.At.Compare(b.At) })
	return list
}

// Write writes the rows, and the feed's under the lock that makes its numbers follow its commits.
func (w *Writer) Write(ctx context.Context, tx pgx.Tx, org string) error {
	if len(w.counted) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	b.Queue(writeTracks, trackArrays(w.counted, w.next)...)
	if len(w.changed) > 0 {
		slices.SortStableFunc(w.changed, func(a, b trackedChange) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.ExportID, b.ExportID)) })
		b.Queue("LOCK TABLE ghexport.turn_changes IN SHARE UPDATE EXCLUSIVE MODE")
		b.Queue(addChanges, changeArrays(org, w.changed)...)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("write tracks: %w", err)
	}
	return nil
}

const writeTracks = `
	UPDATE ghexport.tracks t
	   SET greenhouse_candidate_id = n.candidate, application_id = nullif(n.application, 0), status = nullif(n.status, ''),
	       stage = nullif(n.stage, ''), job = nullif(n.job, ''), seen_at = n.seen_at, moved_at = n.moved_at, first_moved_at = n.first_moved_at,
	       missing_since = n.missing_since, gone = nullif(n.gone, ''), gone_at = n.gone_at, next_look_at = n.next_look_at
	  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[],
	              $9::timestamptz[], $10::timestamptz[], $11::text[], $12::timestamptz[], $13::timestamptz[])
	    AS n(export_id, candidate, application, status, stage, job, seen_at, moved_at, first_moved_at, missing_since, gone, gone_at, next_look_at)
	 WHERE t.export_id = n.export_id`

const addChanges = `
	INSERT INTO ghexport.changes (org_id, interview_id, export_id, what, status, stage, job, at)
	SELECT $1, n.interview_id, n.export_id, n.what, nullif(n.status, ''), nullif(n.stage, ''), nullif(n.job, ''), n.at
	  FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[]) WITH ORDINALITY
	    AS n(interview_id, export_id, what, status, stage, job, at, turn)
	 ORDER BY n.turn`

func trackArrays(list []ledger.Tracked, next []*time.Time) []any {
	n := len(list)
	exports, candidates, applications := make([]int64, n), make([]int64, n), make([]int64, n)
	statuses, stages, jobNames, ends := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	seen, moved, first := make([]*time.Time, n), make([]*time.Time, n), make([]*time.Time, n)
	missing, ended := make([]*time.Time, n), make([]*time.Time, n)
	for i, t := range list {
		exports[i], candidates[i], applications[i] = t.ExportID, t.Candidate, t.Application
		statuses[i], stages[i], jobNames[i], ends[i] = string(t.Status), t.Stage, t.Job, string(t.End)
		seen[i], moved[i], first[i] = store.TimeOrNil(t.SeenAt), store.TimeOrNil(t.MovedAt), store.TimeOrNil(t.FirstMovedAt)
		missing[i], ended[i] = store.TimeOrNil(t.MissingSince), store.TimeOrNil(t.EndAt)
	}
	return []any{exports, candidates, applications, statuses, stages, jobNames, seen, moved, first, missing, ends, ended, next}
}

func changeArrays(org string, list []trackedChange) []any {
	n := len(list)
	interviews, exports, whats, at := make([]string, n), make([]int64, n), make([]string, n), make([]time.Time, n)
	statuses, stages, jobNames := make([]string, n), make([]string, n), make([]string, n)
	for i, c := range list {
		interviews[i], exports[i], whats[i], at[i] = c.InterviewID, c.ExportID, string(c.what), c.at
		statuses[i], stages[i], jobNames[i] = string(c.Status), c.Stage, c.Job
	}
	return []any{org, interviews, exports, whats, statuses, stages, jobNames, at}
}
