package runs

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

// Member is one export of a run.
type Member struct {
	ExportID   int64         `json:"export_id"`
	OrgID      string        `json:"org_id"`
	State      MemberState   `json:"state"`
	Cause      *ledger.Cause `json:"cause"`
	Because    *string       `json:"because"`
	Canary     bool          `json:"canary"`
	ReleasedAt *time.Time    `json:"released_at"`
	SettledAt  *time.Time    `json:"settled_at"`
	Held       *ledger.Cause `json:"held"` // waiting: why its company may not send now
	ProfileURL *string       `json:"profile_url"`
}

const runColumns = `
	SELECT r.id, r.kind, r.state, r.because, r.actor, r.reason, r.ticket, r.selected, r.members, r.canary, r.rate, r.stop_share, r.stop_from,
	       r.created_at, r.proved_at, r.ended_at
	  FROM ghexport.runs r`

// List lists runs, the newest first; at most limit. After is the number of the last one seen, 0 for the first page.
func (s Store) List(ctx context.Context, after int64, limit int) ([]Run, error) {
	rows, err := s.Pool.Query(ctx, runColumns+`
		 WHERE $1 = 0 OR r.id < $1
		 ORDER BY r.id DESC
		 LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanRun)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	return list, s.countRuns(ctx, list)
}

// Run reads one run, or returns [store.ErrNotFound].
func (s Store) Run(ctx context.Context, id int64) (*Run, error) {
	rows, err := s.Pool.Query(ctx, runColumns+" WHERE r.id = $1", id)
	if err != nil {
		return nil, fmt.Errorf("read run %d: %w", id, err)
	}
	run, err := pgx.CollectExactlyOneRow(rows, scanRun)
	if err != nil {
		return nil, fmt.Errorf("run %d: %w", id, store.NotFound(err))
	}
	list := []Run{run}
	if err := s.countRuns(ctx, list); err != nil {
		return nil, err
	}
	return &list[0], nil
}

func scanRun(row pgx.CollectableRow) (r Run, err error) {
	err = row.Scan(&r.ID, &r.Kind, &r.State, &r.Because, &r.Actor, &r.Reason, &r.Ticket, &r.Selected, &r.Members, &r.Canary, &r.Rate, &r.StopShare,
		&r.StopFrom, &r.CreatedAt, &r.ProvedAt, &r.EndedAt)
	return r, err
}

// countRuns fills in what became of the members.
func (s Store) countRuns(ctx context.Context, runs []Run) error {
	at := map[int64]*Run{}
	ids := make([]int64, len(runs))
	for n := range runs {
		ids[n], at[runs[n].ID] = runs[n].ID, &runs[n]
		runs[n].Counts.Causes = map[ledger.Cause]int64{}
	}
	rows, err := s.Pool.Query(ctx, `
		SELECT m.run_id, m.state, coalesce(m.cause, ''), h.held, sum(m.n)::bigint
		  FROM (SELECT run_id, org_id, state, cause, count(*) AS n
		          FROM ghexport.run_members
		         WHERE run_id = ANY ($1)
		         GROUP BY 1, 2, 3, 4) m
		 CROSS JOIN LATERAL (SELECT CASE WHEN m.state = 'waiting' THEN ghexport.held(m.org_id) IS NOT NULL ELSE false END AS held) h
		 GROUP BY 1, 2, 3, 4`, ids)
	if err != nil {
		return fmt.Errorf("count members of runs: %w", err)
	}
	var id, n int64
	var state MemberState
	var cause ledger.Cause
	var held bool
	_, err = pgx.ForEachRow(rows, []any{&id, &state, &cause, &held, &n}, func() error {
		at[id].Counts.add(state, cause, held, n)
		return nil
	})
	if err != nil {
		return fmt.Errorf("count members of runs: %w", err)
	}
	now, err := s.Now(ctx)
	for n := range runs {
		runs[n].judge(now)
	}
	return err
}

func (c *Counts) add(state MemberState, cause ledger.Cause, held bool, n int64) {
	switch state {
	case MemberWaiting:
		c.Waiting += n
		if held {
			c.Held += n
		}
	case MemberReleased:
		c.Released += n
	case MemberState(ledger.StateSent):
		c.Sent += n
	case MemberState(ledger.StateDead):
		c.DeadAgain += n
		c.Causes[cause] += n
	case MemberState(ledger.StateUnknown):
		c.Unknown += n
	case MemberState(ledger.StateDuplicate):
		c.Decide += n
	case MemberSkipped:
		c.Skipped += n
	default:
		c.Ended += n
	}
}

// judge says how far the run is, and how long it will take at the pace that it has had since its rest was let go.
func (r *Run) judge(now time.Time) {
	switch {
	case r.EndedAt != nil:
		r.Phase = PhaseOver
	case r.Counts.Waiting == 0:
		r.Phase = PhaseVerify
	case r.ProvedAt != nil || r.Canary == 0:
		r.Phase = PhaseRest
	default:
		r.Phase = PhaseCanary
	}
	left := r.Counts.Waiting - r.Counts.Held + r.Counts.Released
	went := r.Counts.Sent + r.Counts.DeadAgain + r.Counts.Unknown
	if r.Phase == PhaseOver || r.State != Running || r.ProvedAt == nil || went == 0 {
		return
	}
	if since := now.Sub(*r.ProvedAt); since > time.Second {
		seconds := ledger.Seconds(since.Seconds() * float64(left) / float64(went))
		r.Left = &seconds
	}
}

// Members lists members of a run by export, those of one state where it is not empty; at most limit, after the export named.
func (s Store) Members(ctx context.Context, id int64, state MemberState, after int64, limit int) ([]Member, error) {
	rows, err := s.Pool.Query(ctx, `
		SELECT m.export_id, m.org_id, m.state, m.cause, m.because, m.canary, m.released_at, m.settled_at,
		       CASE WHEN m.state = 'waiting' THEN ghexport.held(m.org_id) END, e.profile_url
		  FROM ghexport.run_members m
		  LEFT JOIN ghexport.exports e ON e.id = m.export_id
		 WHERE m.run_id = $1 AND ($2 = '' OR m.state = $2) AND m.export_id > $3
		 ORDER BY m.export_id
		 LIMIT $4`, id, string(state), after, limit)
	if err != nil {
		return nil, fmt.Errorf("list members of run %d: %w", id, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Member])
	if err != nil {
		return nil, fmt.Errorf("list members of run %d: %w", id, err)
	}
	return list, nil
}

// Log returns what people, and the run by itself, did to a run: its entries of the audit trail, oldest first.
func (s Store) Log(ctx context.Context, id int64) ([]query.Event, error) {
	rows, err := s.Pool.Query(ctx, `
		SELECT a.at, a.action, CASE WHEN a.actor <> 'ghexport' THEN a.actor END, a.reason
		  FROM ghexport.audit a
		 WHERE a.detail ->> 'run' = $1::text AND a.detail ? 'run' AND a.export_id IS NULL -- audit_by_run
		 ORDER BY a.id
		 LIMIT 1000`, fmt.Sprint(id))
	if err != nil {
		return nil, fmt.Errorf("read the log of run %d: %w", id, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[query.Event])
	if err != nil {
		return nil, fmt.Errorf("read the log of run %d: %w", id, err)
	}
	return list, nil
}
