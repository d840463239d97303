package main

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// docs/security.md says of every table of ours how sensitive it is, and of none that is not there.
func TestSecurity_EveryTableIsClassified(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	conn, err := pgx.Connect(t.Context(), db.URL)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `
		SELECT relname::text FROM pg_class
		 WHERE relnamespace = 'ghexport'::regnamespace AND relkind IN ('r', 'p') AND relname !~ '^(river_|goose_)'`)
	require.NoError(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)

	_, rest, found := strings.Cut(documents(t)["docs/security.md"], "\n## What is kept, and how sensitive it is\n")
	require.True(t, found)
	section, _, _ := strings.Cut(rest, "\n## ")
	var classified []string
	for line := range strings.Lines(section) {
		if name, isRow := strings.CutPrefix(line, "| `"); isRow {
			name, _, _ = strings.Cut(name, "`")
			classified = append(classified, name)
		}
	}
	assert.ElementsMatch(t, tables, classified)
}
