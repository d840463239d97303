package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Message is one row of the outbox.
type Message struct {
	ID            int64
	OrgID         string
	InterviewID   string
	Version       int64
	SchemaVersion int
	Body          []byte // the JSON as Postgres prints it
	EnqueuedAt    time.Time
	CompanyZone   string // the company's time zone; "" where it has none
}

const (
	outboxMessages = 1000     // messages of one fold
	outboxOrgs     = 500      // companies that take part in one fold
	outboxBytes    = 16 << 20 // text of one fold; a single longer message still comes, alone
)

// Outbox reads the oldest messages of the companies after the given one, each company the same share of the batch, so that one
// producer's flood delays nobody else. It locks nothing. Messages of a schema version not in known stay where they are.
// It returns the company to go on after; "" begins again from the first.
func (s *Store) Outbox(ctx context.Context, after string, known []int) ([]Message, string, error) {
	rows, err := s.Pool.Query(ctx, `
		WITH RECURSIVE orgs(org_id, n) AS (
			(SELECT o.org_id, 1 FROM ghexport.outbox o WHERE o.org_id > $1 ORDER BY o.org_id LIMIT 1)
			UNION ALL
			SELECT next.org_id, orgs.n + 1
			  FROM orgs
			 CROSS JOIN LATERAL (
				SELECT o.org_id FROM ghexport.outbox o WHERE o.org_id > orgs.org_id ORDER BY o.org_id LIMIT 1
			 ) next -- a loose scan of outbox_by_org: one probe a company
			 WHERE orgs.n < $2
		), oldest AS (
			SELECT m.*, sum(octet_length(m.body)) OVER (ORDER BY m.turn, m.id) AS running
			  FROM orgs
			 CROSS JOIN LATERAL (
				SELECT o.id, o.org_id, o.interview_id, o.version, o.schema_version, o.message::text AS body, o.enqueued_at,
				       row_number() OVER (ORDER BY o.id) AS turn
				  FROM ghexport.outbox o
				 WHERE o.org_id = orgs.org_id
				   AND o.schema_version = ANY ($3)
				 ORDER BY o.id -- outbox_by_org
				 LIMIT greatest(1, $4 / (SELECT count(*) FROM orgs))
			 ) m
		)
		SELECT o.id, o.org_id, o.interview_id, o.version, o.schema_version, o.body, o.enqueued_at, coalesce(i.time_zone, '')
		  FROM oldest o
		  LEFT JOIN ghexport.integrations i ON i.org_id = o.org_id
		 WHERE o.turn = 1 AND o.running = octet_length(o.body) OR o.running <= $5
		 ORDER BY o.id`, after, outboxOrgs, known, outboxMessages, outboxBytes)
	if err != nil {
		return nil, after, fmt.Errorf("read the outbox: %w", err)
	}
	messages, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Message])
	if err != nil {
		return nil, after, fmt.Errorf("read the outbox: %w", err)
	}
	orgs := map[string]bool{}
	last := ""
	for _, m := range messages {
		orgs[m.OrgID] = true
		last = max(last, m.OrgID)
	}
	if len(orgs) < outboxOrgs {
		last = ""
	}
	return messages, last, nil
}

// Reject moves messages that cannot be folded out of the outbox, with the reason, and commits. A message that is no longer in the
// outbox is passed over. Safe to call twice.
func (s *Store) Reject(ctx context.Context, reasons map[int64]string) error {
	ids := make([]int64, 0, len(reasons))
	why := make([]string, 0, len(reasons))
	for id, reason := range reasons {
		ids = append(ids, id)
		why = append(why, ledger.Clean(reason, detailCap))
	}
	_, err := s.Pool.Exec(ctx, `
		WITH gone AS (
			DELETE FROM ghexport.outbox o
			 USING unnest($1::bigint[], $2::text[]) AS r(id, reason)
			 WHERE o.id = r.id
			RETURNING o.*, r.reason
		)
		INSERT INTO ghexport.rejected (id, org_id, interview_id, version, schema_version, message, detail, enqueued_at)
		SELECT id, org_id, interview_id, version, schema_version, message, reason, enqueued_at
		  FROM gone`, ids, why)
	if err != nil {
		return fmt.Errorf("reject outbox messages: %w", err)
	}
	return nil
}
