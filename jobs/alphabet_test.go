package jobs_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// printedSize asks Postgres for the length of a text as jsonb.
func printedSize(t testing.TB, conn *pgx.Conn, text string) int {
	t.Helper()
	var size int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT octet_length($1::text::jsonb::text)", text).Scan(&size))
	return size
}

// TestAlphabet asks both sides about every character there is.
func TestAlphabet(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.NewDB(t).URL)
	every := func(condition string) []rune {
		rows, err := conn.Query(t.Context(), `
			SELECT c FROM generate_series(1, 1114111) AS c
			 WHERE c NOT BETWEEN 55296 AND 57343
			   AND CASE WHEN c BETWEEN 55296 AND 57343 THEN false ELSE `+condition+` END
			 ORDER BY c`)
		require.NoError(t, err)
		found, err := pgx.CollectRows(rows, pgx.RowTo[rune])
		require.NoError(t, err)
		return found
	}
	matching := func(is func(rune) bool) []rune {
		var found []rune
		for r := rune(1); r <= unicode.MaxRune; r++ {
			if is(r) && (r < 0xd800 || r > 0xdfff) {
				found = append(found, r)
			}
		}
		return found
	}
	require.Equal(t, matching(func(r rune) bool { return unicode.IsSpace(r) && !unicode.IsControl(r) }), slices.Sorted(slices.Values([]rune(jobs.Blanks))))
	require.Equal(t, matching(func(r rune) bool { return strings.ContainsRune(jobs.Blanks, r) }), every("ghexport.trimmed(chr(c)) = ''"))
	require.Equal(t, matching(unicode.IsControl), every("ghexport.line_errors('', to_jsonb('x' || chr(c)), 9) <> '[]'"))
	require.Equal(t, matching(func(r rune) bool { return strings.ContainsRune(jobs.Blanks, r) || jobs.Invisible(r) }), every("NOT ghexport.seen(chr(c))"))
	require.Equal(t, matching(func(r rune) bool {
		return strings.ContainsRune("@<>", r) || unicode.IsSpace(r) || unicode.IsControl(r) || jobs.Invisible(r)
	}), every("ghexport.email_errors('', to_jsonb('a' || chr(c) || 'b@c' )) <> '[]'"))
	require.Equal(t, matching(func(r rune) bool {
		return strings.ContainsRune(".,;\u3002\uff0e\uff61", r) || strings.ContainsRune(jobs.Blanks, r) || jobs.Invisible(r)
	}),
		every("ghexport.email('a@b' || chr(c)) = 'a@b'"))
}
