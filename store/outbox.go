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
	NoteFormat    int    // in which the company wants its notes
}

const (
	// OutboxMessages is how many messages one fold may take at most.
	OutboxMessages = 1000

	outboxOrgs  = 500      // companies that take part in one fold
	outboxBytes = 16 << 20 // text of one fold; a single longer message still comes, alone
)

// Outbox reads about limit of the oldest messages of the companies after the given one, each company the same share of them, so that one
// producer's flood delays nobody else. It locks nothing. Messages of a schema version not in known stay where they are.
// It returns the company to go on after, "" to begin again from the first: the last that it looked at, whether or not that had a
// message to take.
func (s *Store) Outbox(ctx context.Context, after string, known []int, limit int) ([]Message, string, error) {
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
		), looked AS (
			SELECT CASE WHEN count(*) = $2 THEN max(org_id) ELSE '' END AS last FROM orgs
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
		SELECT looked.last, o.id, o.org_id, o.interview_id, o.version, o.schema_version, o.body, o.enqueued_at, coalesce(i.time_zone, ''), coalesce(i.note_format, 1)
		  FROM looked
		  LEFT JOIN oldest o ON o.turn = 1 AND o.running = octet_length(o.body) OR o.running <= $5
		  LEFT JOIN ghexport.integrations i ON i.org_id = o.org_id
		 ORDER BY o.id`, after, outboxOrgs, known, limit, outboxBytes)
	if err != nil {
		return nil, after, fmt.Errorf("read the outbox: %w", err)
	}
	messages, last, err := readOutbox(rows)
	if err != nil {
		return nil, after, fmt.Errorf("read the outbox: %w", err)
	}
	return messages, last, nil
}

// readOutbox reads messages, and in front of each how far was looked: where there is no message, that alone.
func readOutbox(rows pgx.Rows) (messages []Message, last string, err error) {
	defer rows.Close()
	for rows.Next() {
		var m struct {
			org, interview, body, zone *string
			id, version                *int64
			schema                     *int
			format                     int
			at                         *time.Time
		}
		if err := rows.Scan(&last, &m.id, &m.org, &m.interview, &m.version, &m.schema, &m.body, &m.at, &m.zone, &m.format); err != nil {
			return nil, last, err
		}
		if m.id != nil {
			messages = append(messages, Message{
				ID: *m.id, OrgID: *m.org, InterviewID: *m.interview, Version: *m.version, SchemaVersion: *m.schema,
				Body: []byte(*m.body), EnqueuedAt: *m.at, CompanyZone: *m.zone, NoteFormat: m.format,
			})
		}
	}
	return messages, last, rows.Err()
}

// Reject moves messages that cannot be folded out of the outbox, with the reason, and commits. A message that is no longer in the
// outbox is passed over. Safe to call twice.
func (s *Store) Reject(ctx context.Context, reasons map[int64]string) error {
	ids := make([]int64, 0, len(reasons))
	why := make([]string, 0, len(reasons))
	for id, reason := range reasons {
		ids = append(ids, id)
		why = append(why, ledger.Clean(reason, DetailCap))
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
