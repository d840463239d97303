package source

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/store"
)

// How much is read at once.
const (
	Batch      = 500     // messages
	batchBytes = 8 << 20 // of their text; a single longer message still comes, alone
)

// Read returns the oldest messages after an id of the source's. It locks nothing and changes nothing. An error is a [*Trouble].
func (s *Source) Read(ctx context.Context, after int64) (messages []store.SourceMessage, err error) {
	err = s.in(ctx, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT b.id, b.key, b.org_id, b.interview_id, b.version, b.schema_version, b.body, b.enqueued_at
			  FROM (SELECT m.*, sum(octet_length(m.body)) OVER (ORDER BY m.id) AS running, row_number() OVER (ORDER BY m.id) AS n
			          FROM (SELECT o.id, o.key, o.org_id, o.interview_id, o.version, o.schema_version, o.message::text AS body, o.enqueued_at
			                  FROM ghexport.outbox o
			                 WHERE o.id > $1
			                 ORDER BY o.id -- outbox_pkey
			                 LIMIT $2) m) b
			 WHERE b.n = 1 OR b.running <= $3
			 ORDER BY b.id`, after, Batch, batchBytes)
		if err != nil {
			return err
		}
		messages, err = pgx.CollectRows(rows, pgx.RowToStructByPos[store.SourceMessage])
		return err
	})
	return messages, err
}

// Forget deletes messages that were carried. Safe to call twice. An error is a [*Trouble].
func (s *Source) Forget(ctx context.Context, messages []store.SourceMessage) error {
	ids := make([]int64, len(messages))
	for i, m := range messages {
		ids[i] = m.ID
	}
	err := s.in(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM ghexport.outbox WHERE id = ANY ($1)", ids)
		return err
	})
	if err == nil {
		store.Failpoint("carry.acknowledged")
	}
	return err
}

// AnnouncePolling tells the producers there that somebody polls for the next d and that they need not NOTIFY: under load one in each commit
// serialises the commits of their cluster. What one that heard it commits later is found by the next poll.
func (s *Source) AnnouncePolling(ctx context.Context, d time.Duration) error {
	return s.in(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "SELECT setval('ghexport.awake_until', (extract(epoch FROM clock_timestamp() + $1::interval) * 1000000)::bigint)", d)
		return err
	})
}
