package jobs_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// corpusCase is one message of testdata/corpus and what becomes of it. The message is testdata/example.json with some fields set or
// dropped, or one of its own; it is kept as text, since 7, 7.0 and a field given twice are cases.
type corpusCase struct {
	Name    string                     `json:"name"`
	Set     map[string]json.RawMessage `json:"set"`
	Drop    []string                   `json:"drop"`
	Message json.RawMessage            `json:"message"`

	Refused         []string `json:"refused"`          // the fields named, if any
	PostgresRefuses bool     `json:"postgres_refuses"` // it is no jsonb, so that no function of ours ever sees it
	Would           string   `json:"would"`            // the verdict when not refused
}

func corpus(t testing.TB) map[string][]corpusCase {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	all := map[string][]corpusCase{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var cases []corpusCase
		require.NoError(t, json.Unmarshal(text, &cases), file)
		for _, c := range cases {
			require.NotEqual(t, len(c.Refused) > 0, c.Would != "", "%s: %s says both or neither", file, c.Name)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = cases
	}
	return all
}

// text writes the case's message. Paths have one dot at most.
func (c corpusCase) text(t testing.TB) string {
	t.Helper()
	if c.Message != nil {
		return string(c.Message)
	}
	example, err := os.ReadFile("testdata/example.json")
	require.NoError(t, err)
	message := object(t, example)
	paths := slices.Collect(func(yield func(string) bool) {
		for path := range c.Set {
			if !yield(path) {
				return
			}
		}
	})
	slices.SortFunc(paths, func(a, b string) int { return strings.Compare(a, b) }) // "scores" before "scores.x"
	for _, path := range append(paths, c.Drop...) {
		parent, name, nested := strings.Cut(path, ".")
		fields := message
		if nested {
			fields = object(t, message[parent])
		} else {
			name = parent
		}
		if value, ok := c.Set[path]; ok {
			fields[name] = value
		} else {
			delete(fields, name)
		}
		if nested {
			message[parent] = marshal(t, fields)
		}
	}
	return string(marshal(t, message))
}

func object(t testing.TB, text []byte) map[string]json.RawMessage {
	t.Helper()
	fields := map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal(text, &fields))
	return fields
}

func marshal(t testing.TB, v any) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return text
}

// TestCorpus holds Go and SQL together: the same verdict on every message, the same findings in the same order and words.
func TestCorpus(t *testing.T) {
	t.Parallel()
	all := corpus(t)
	conn := connect(t, storetest.NewDB(t).URL)
	for file, cases := range all {
		t.Run(file, func(t *testing.T) {
			for _, c := range cases {
				t.Run(c.Name, func(t *testing.T) {
					message := c.text(t)
					r, goErr := jobs.Decode([]byte(message))
					requireFields(t, c.Refused, goErr)

					sqlErr := enqueueText(t, conn, message)
					findings, err := validateText(t, conn, message)
					if c.PostgresRefuses {
						require.Error(t, err)
						require.Error(t, sqlErr)
						return
					}
					require.NoError(t, err, "validate raises nothing")
					if len(c.Refused) > 0 {
						requireSameRefusal(t, goErr, findings, sqlErr)
						return
					}
					require.NoError(t, sqlErr)
					require.Empty(t, findings.Errors)
					would, because := jobs.Verdict(r)
					require.Equal(t, c.Would, would)
					require.Equal(t, findings.Would, &would)
					require.Equal(t, findings.Because, because)

					// What a Go producer would have sent for the same result is as good.
					require.NoError(t, jobs.Validate(r))
					again := string(marshal(t, r))
					require.NoError(t, enqueueText(t, conn, again), again)
				})
			}
		})
	}
}

func requireFields(t *testing.T, want []string, err error) {
	t.Helper()
	if len(want) == 0 {
		require.NoError(t, err)
		return
	}
	var refused *jobs.ValidationError
	require.ErrorAs(t, err, &refused)
	var got []string
	for _, f := range refused.Fields {
		got = append(got, f.Field)
		require.NotEmpty(t, f.Message)
	}
	require.ElementsMatch(t, want, got)
}

func requireSameRefusal(t *testing.T, goErr error, findings validation, sqlErr error) {
	t.Helper()
	var refused *jobs.ValidationError
	require.ErrorAs(t, goErr, &refused)
	require.Equal(t, refused.Fields, findings.Errors)
	require.Nil(t, findings.Would)
	require.Equal(t, "it would be refused", findings.Because)
	var pgErr *pgconn.PgError
	require.ErrorAs(t, sqlErr, &pgErr)
	require.Equal(t, "22023", pgErr.Code)
	require.Equal(t, refused.Error(), pgErr.Message)
}

// validation holds what ghexport.validate answers.
type validation struct {
	Errors  []jobs.FieldError `json:"errors"`
	Would   *string           `json:"would"`
	Because string            `json:"because"`
}

func validateText(t testing.TB, conn *pgx.Conn, message string) (validation, error) {
	t.Helper()
	var v validation
	var answer []byte
	if err := conn.QueryRow(t.Context(), "SELECT ghexport.validate($1::text::jsonb)", message).Scan(&answer); err != nil {
		return v, err
	}
	require.NoError(t, json.Unmarshal(answer, &v))
	return v, nil
}

var errRollback = errors.New("roll back")

// enqueueText enqueues and takes it back.
func enqueueText(t testing.TB, conn *pgx.Conn, message string) error {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
		var id int64
		if err := tx.QueryRow(t.Context(), "SELECT ghexport.enqueue($1::text::jsonb)", message).Scan(&id); err != nil {
			return err
		}
		return errRollback
	})
	if errors.Is(err, errRollback) {
		return nil
	}
	return err
}

func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	// The test's own context has ended by the time its clean-up runs; the server ends the session either way.
	t.Cleanup(func() { conn.PgConn().Conn().Close() })
	return conn
}
