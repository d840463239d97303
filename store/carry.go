package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// SourceMessage is one row of the outbox in a producer's own database.
type SourceMessage struct {
	ID            int64
	Key           uuid.UUID // names it for ever, wherever that database is restored or copied to
	OrgID         string
	InterviewID   string
	Version       int64
	SchemaVersion int32
	Body          string // the JSON as Postgres prints it
	EnqueuedAt    time.Time
}

// Carry puts messages of a producer's own database into the outbox here, in one transaction with a row for each that says so, and
// returns how many were new: one that was carried before, by whichever node, is passed over. Safe to call twice. Once it returned, they
// may be deleted there.
//
// A clock there that goes ahead makes no message younger than it is here.
func (s *Store) Carry(ctx context.Context, source string, messages []SourceMessage) (carried int, err error) {
	var keys []uuid.UUID
	var ids, versions []int64
	var schemas []int32
	var orgs, interviews, bodies []string
	var at []time.Time
	for _, m := range messages {
		keys, ids, orgs, interviews = append(keys, m.Key), append(ids, m.ID), append(orgs, m.OrgID), append(interviews, m.InterviewID)
		versions, schemas, bodies, at = append(versions, m.Version), append(schemas, m.SchemaVersion), append(bodies, m.Body), append(at, m.EnqueuedAt)
	}
	err = s.InTx(ctx, "carry messages", func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			WITH given AS (
				SELECT * FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::integer[], $8::text[], $9::timestamptz[])
				              WITH ORDINALITY AS g(key, id, org_id, interview_id, version, schema_version, body, enqueued_at, n)
			), fresh AS (
				INSERT INTO ghexport.carried (message, source, source_id, org_id, interview_id, version)
				SELECT g.key, $1, g.id, g.org_id, g.interview_id, g.version
				  FROM given g
				 ORDER BY g.key -- two nodes with the same messages wait for each other in one order
				ON CONFLICT (message) DO NOTHING
				RETURNING message
			), put AS (
				INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message, enqueued_at)
				SELECT g.org_id, g.interview_id, g.version, g.schema_version, g.body::jsonb, least(g.enqueued_at, clock_timestamp())
				  FROM given g
				  JOIN fresh f ON f.message = g.key
				 ORDER BY g.n
				RETURNING 1
			), counted AS (
				UPDATE ghexport.sources SET carried = carried + (SELECT count(*) FROM put) WHERE name = $1 AND EXISTS (SELECT FROM put)
			)
			SELECT count(*) FROM put`, source, keys, ids, orgs, interviews, versions, schemas, bodies, at).Scan(&carried)
		if err != nil || carried == 0 {
			return err
		}
		return WakeRelay(ctx, tx) // after the INSERT, which gave this transaction its id
	})
	if err != nil {
		return 0, err
	}
	Failpoint("carry.committed")
	return carried, nil
}
