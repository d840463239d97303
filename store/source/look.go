package source

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// mostCounted bounds how many waiting messages are counted: beyond it nobody asks how many.
const mostCounted = 10_000

// Look tells how much waits in the source, or as a [*Trouble] why it cannot be read: as the relay needs it, so that what passes here is
// read there. It changes nothing.
func (s *Source) Look(ctx context.Context) (waiting int64, oldest *time.Time, err error) {
	err = s.in(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.fit(ctx, tx); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `
			SELECT (SELECT count(*) FROM (SELECT FROM ghexport.outbox LIMIT $1) counted),
			       (SELECT o.enqueued_at FROM ghexport.outbox o ORDER BY o.id LIMIT 1)`, mostCounted).Scan(&waiting, &oldest)
	})
	return waiting, oldest, err
}

// fit refuses a database that is none of a producer's, or not one that this binary and this role can work with.
func (s *Source) fit(ctx context.Context, tx pgx.Tx) error {
	var encoding string
	var standby, ledgers, versioned, schema bool
	err := tx.QueryRow(ctx, `
		SELECT current_setting('server_encoding'), pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
		       CASE WHEN has_schema.may THEN to_regclass('ghexport.exports') IS NOT NULL ELSE false END,
		       CASE WHEN has_schema.may THEN to_regclass('ghexport.producer_version') IS NOT NULL ELSE false END,
		       to_regnamespace('ghexport') IS NOT NULL
		  FROM (SELECT coalesce(has_schema_privilege(to_regnamespace('ghexport')::oid, 'USAGE'), false) AS may) has_schema`).
		Scan(&encoding, &standby, &ledgers, &versioned, &schema)
	switch {
	case err != nil:
		return err
	case encoding != "UTF8":
		return &Trouble{Kind: ledger.SourceEncoding, Says: "its encoding is " + encoding + " and must be UTF8"}
	case standby:
		return &Trouble{Kind: ledger.SourceReadOnly, Says: "it takes no writes, so nothing that was read could be deleted there"}
	case ledgers:
		return &Trouble{Kind: ledger.SourceLedger, Says: "it has a ledger, so it is a database of the service's"}
	case !schema:
		return &Trouble{Kind: ledger.SourceSchema, Says: "it has no schema ghexport"}
	}
	if err := s.permitted(ctx, tx); err != nil {
		return err
	}
	if !versioned {
		return &Trouble{Kind: ledger.SourceSchema, Says: "it has no producer's schema"}
	}
	var version int64
	if err := tx.QueryRow(ctx, "SELECT coalesce(max(version_id), 0) FROM ghexport.producer_version WHERE is_applied").Scan(&version); err != nil {
		return err
	}
	if version < 1 || version > s.known {
		return &Trouble{Kind: ledger.SourceSchema, Says: fmt.Sprintf("its schema is at version %d, and this binary knows 1 to %d", version, s.known)}
	}
	return nil
}

// permitted refuses a role that lacks a right of the relay's, naming all that it lacks.
func (s *Source) permitted(ctx context.Context, tx pgx.Tx) error {
	lacks, role, err := lacking(ctx, tx, GrantRelay, "")
	if err != nil || len(lacks) == 0 {
		return err
	}
	return &Trouble{Kind: ledger.SourceRights, Says: fmt.Sprintf("role %q lacks %s", role, strings.Join(lacks, ", "))}
}
