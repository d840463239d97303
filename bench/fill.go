package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// fill copies due exports until there are so many more, each due a little later than all that were there. Only what tells one export from
// another differs; what they would send is the same.
func (w *watch) fill(ctx context.Context, more int) error {
	if more <= 0 {
		return nil
	}
	rows, err := w.conn.Query(ctx, `
		SELECT attname FROM pg_attribute
		 WHERE attrelid = 'ghexport.exports'::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = ''
		 ORDER BY attnum`)
	if err != nil {
		return err
	}
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	differs := map[string]string{
		"interview_id": "'fill-' || n", "candidate_id": "'cand-fill-' || n", "due_at": "(SELECT max(due_at) FROM ghexport.exports) + n * interval '1 microsecond'",
		"candidate_digest": "sha256(convert_to('cand-fill-' || n, 'UTF8'))", "email_digest": "sha256(convert_to('email-fill-' || n, 'UTF8'))",
	}
	values := make([]string, len(columns))
	for i, column := range columns {
		values[i] = "e." + column
		if value, ok := differs[column]; ok {
			values[i] = value
		}
	}
	_, err = w.conn.Exec(ctx, fmt.Sprintf(`
		WITH due AS (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS places FROM ghexport.exports WHERE state = 'pending')
		INSERT INTO ghexport.exports (%s)
		SELECT %s FROM generate_series(1, %d) AS n JOIN due e ON e.place = n %% e.places`,
		strings.Join(columns, ", "), strings.Join(values, ", "), more))
	if err != nil {
		return fmt.Errorf("fill the ledger: %w", err)
	}
	return nil
}
