package query

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/store/search"
)

// EditedBody holds what an export would have sent before a person edited it. Was is personal data; it is nil once that is gone.
type EditedBody struct {
	Version  int64
	Revision int
	Fields   []string // in which its successor differs
	Actor    string
	At       time.Time
	Was      *search.Candidate
}

// Edits reads what people edited of an export, the newest first.
func (r Reader) Edits(ctx context.Context, export int64) ([]EditedBody, error) {
	rows, err := r.reads.Query(ctx, `
		SELECT r.version, r.revision, r.fields, r.actor, r.replaced_at, b.first_name, b.last_name, b.email, b.linkedin, b.note
		  FROM ghexport.revisions r -- revisions_pkey
		  LEFT JOIN ghexport.bodies b ON b.id = r.body_id
		 WHERE r.export_id = $1
		 ORDER BY r.version DESC, r.revision DESC
		 LIMIT 50`, export)
	if err != nil {
		return nil, fmt.Errorf("read edits: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e EditedBody, err error) {
		var first, last, email, linkedIn, note *string
		err = row.Scan(&e.Version, &e.Revision, &e.Fields, &e.Actor, &e.At, &first, &last, &email, &linkedIn, &note)
		if note != nil {
			e.Was = &search.Candidate{FirstName: *first, LastName: *last, Email: *email, LinkedIn: linkedIn, Note: *note}
		}
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read edits: %w", err)
	}
	return list, nil
}
