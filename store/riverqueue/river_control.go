package riverqueue

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Whoever may connect may NOTIFY, and River's nodes act on what they hear. What was really asked of River also stands in its tables,
// in which only the service's role writes; so that is asked before a word is believed.

// QueueIs tells whether River's table says of a queue that it is paused (or with false, that it is not). "*" asks of all queues.
func (s Store) QueueIs(ctx context.Context, queue string, paused bool) (is bool, err error) {
	err = s.Pool.QueryRow(ctx, `
		SELECT count(*) > 0 AND bool_and((q.paused_at IS NOT NULL) = $2)
		  FROM ghexport.river_queue q
		 WHERE $1 IN ('*', q.name)`, queue, paused).Scan(&is)
	if err != nil {
		return false, fmt.Errorf("ask whether queue %q is paused: %w", queue, err)
	}
	return is, nil
}

// CancelAsked tells whether somebody with rights asked River to cancel a job.
func (s Store) CancelAsked(ctx context.Context, job int64) (asked bool, err error) {
	err = s.Pool.QueryRow(ctx,
		"SELECT EXISTS (SELECT FROM ghexport.river_job j WHERE j.id = $1 AND j.metadata ? 'cancel_attempted_at')", job).Scan(&asked)
	if err != nil {
		return false, fmt.Errorf("ask whether job %d is to be cancelled: %w", job, err)
	}
	return asked, nil
}

// PausedOf tells of each of some queues whether River's table says that it is paused. A queue that the table does not know is absent.
func (s Store) PausedOf(ctx context.Context, queues []string) (map[string]bool, error) {
	rows, err := s.Pool.Query(ctx, "SELECT name, paused_at IS NOT NULL FROM ghexport.river_queue WHERE name = ANY ($1)", queues)
	if err != nil {
		return nil, fmt.Errorf("ask which queues are paused: %w", err)
	}
	list := map[string]bool{}
	var name string
	var paused bool
	if _, err := pgx.ForEachRow(rows, []any{&name, &paused}, func() error { list[name] = paused; return nil }); err != nil {
		return nil, fmt.Errorf("ask which queues are paused: %w", err)
	}
	return list, nil
}

// TellQueue tells River's nodes again whether a queue is paused. Who knows it already does nothing.
func (s Store) TellQueue(ctx context.Context, queue string, paused bool) error {
	action := map[bool]string{true: "pause", false: "resume"}[paused]
	payload, err := json.Marshal(map[string]string{"action": action, "queue": queue})
	if err == nil {
		_, err = s.Pool.Exec(ctx, "SELECT pg_notify('ghexport.river_control', $1)", string(payload))
	}
	if err != nil {
		return fmt.Errorf("tell River to %s queue %q: %w", action, queue, err)
	}
	return nil
}
