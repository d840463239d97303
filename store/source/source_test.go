package source_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/source"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

func message(interview string) string {
	return fmt.Sprintf(`{"schema_version": 1, "org_id": "acme", "interview_id": %q, "version": 1, "interviewed_at": "2017-09-28T17:00:00Z",
		"interviewer_advances": true, "candidate": {"id": "c"}}`, interview)
}

func open(t *testing.T, address string) *source.Source {
	t.Helper()
	known, err := migrations.ProducerLatest()
	require.NoError(t, err)
	s, err := source.Open(source.Config{Name: "scheduling", URL: address, Known: known})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// kind returns what is wrong with a source, and the words of whoever said so.
func kind(t *testing.T, s *source.Source) (ledger.SourceTrouble, string) {
	t.Helper()
	_, _, err := s.Look(t.Context())
	if err == nil {
		return "", ""
	}
	var trouble *source.Trouble
	require.ErrorAs(t, err, &trouble)
	return trouble.Kind, trouble.Says
}

// What the relay's role has is enough to read and to delete, and no more.
func TestSource_ReadsWhatWasCommitted(t *testing.T) {
	t.Parallel()
	db := storetest.NewSource(t)
	s := open(t, db.RelayURL)
	waiting, oldest, err := s.Look(t.Context())
	require.NoError(t, err)
	assert.Zero(t, waiting)
	assert.Nil(t, oldest)
	db.Enqueue(t, message("iv_1"), message("iv_2"))
	waiting, oldest, err = s.Look(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 2, waiting)
	assert.NotNil(t, oldest)

	messages, err := s.Read(t.Context(), 0)
	require.NoError(t, err)
	require.Len(t, messages, 2)
	assert.Equal(t, "iv_1", messages[0].InterviewID)
	assert.NotEqual(t, messages[0].Key, messages[1].Key)
	rest, err := s.Read(t.Context(), messages[0].ID)
	require.NoError(t, err)
	assert.Len(t, rest, 1)
	require.NoError(t, s.AnnouncePolling(t.Context(), 1))
	require.NoError(t, s.Forget(t.Context(), messages))
	require.NoError(t, s.Forget(t.Context(), messages), "twice does no harm")
	assert.Zero(t, db.Waiting(t))

	conn, err := pgx.Connect(t.Context(), db.RelayURL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	for _, beyond := range []string{"UPDATE ghexport.outbox SET version = 2", "SELECT ghexport.enqueue('{}')", "DELETE FROM ghexport.time_zones"} {
		_, err = conn.Exec(t.Context(), beyond)
		require.ErrorContains(t, err, "permission denied", beyond)
	}
}

// Each thing that can be wrong with a source is told from the others, in time, and without a password.
func TestSource_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	db := storetest.NewSource(t)
	s := open(t, db.RelayURL)
	is := func(want ledger.SourceTrouble, says string) {
		t.Helper()
		got, said := kind(t, s)
		assert.Equal(t, want, got, said)
		assert.Contains(t, said, says)
	}
	is("", "")
	db.Revoke(t, "DELETE")
	is(ledger.SourceRights, "lacks DELETE on outbox")
	db.Return(t, "DELETE")

	db.Exec(t, "UPDATE ghexport.producer_version SET version_id = 1000 WHERE version_id = 1")
	is(ledger.SourceSchema, "version 1000")
	db.Exec(t, "UPDATE ghexport.producer_version SET version_id = 1 WHERE version_id = 1000")

	db.Exec(t, "ALTER DATABASE "+db.Name+" SET default_transaction_read_only = on")
	s = open(t, db.RelayURL)
	is(ledger.SourceReadOnly, "takes no writes")
	owner := pgx.Identifier{db.Name}.Sanitize()
	admin, err := pgx.Connect(t.Context(), db.AdminURL+"&options=-c%20default_transaction_read_only%3Doff")
	require.NoError(t, err)
	defer admin.Close(context.Background())
	_, err = admin.Exec(t.Context(), "ALTER DATABASE "+owner+" RESET default_transaction_read_only")
	require.NoError(t, err)
	s = open(t, db.RelayURL)

	tx, err := admin.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "LOCK TABLE ghexport.outbox IN ACCESS EXCLUSIVE MODE")
	require.NoError(t, err)
	is(ledger.SourceSlow, "lock timeout")
	require.NoError(t, tx.Rollback(t.Context()))
	is("", "")

	db.GoDown(t)
	is(ledger.SourceUnreachable, "")
	db.ComeBack(t)
	is("", "")

	db.Exec(t, "DROP SCHEMA ghexport CASCADE")
	is(ledger.SourceSchema, "no schema")

	wrong, err := url.Parse(db.RelayURL)
	require.NoError(t, err)
	wrong.User = url.UserPassword(wrong.User.Username(), "hunter2")
	s = open(t, wrong.String())
	got, said := kind(t, s)
	assert.Equal(t, ledger.SourceRights, got, said)
	assert.NotContains(t, said, "hunter2")
	wrong.Host = "127.0.0.1:1"
	s = open(t, wrong.String())
	got, said = kind(t, s)
	assert.Equal(t, ledger.SourceUnreachable, got, said)
	assert.NotContains(t, said, "hunter2")
}

// A database of the service's, and one whose encoding loses names, are no sources.
func TestSource_RefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	got, _ := kind(t, open(t, db.ServiceURL))
	assert.Equal(t, ledger.SourceLedger, got)

	admin, err := pgx.Connect(t.Context(), db.AdminURL)
	require.NoError(t, err)
	defer admin.Close(context.Background())
	name := db.Name + "_latin"
	_, err = admin.Exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
	require.NoError(t, err)
	defer func() {
		_, err := admin.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
		assert.NoError(t, err)
	}()
	address, err := url.Parse(db.ServiceURL)
	require.NoError(t, err)
	address.Path = "/" + name
	got, _ = kind(t, open(t, address.String()))
	assert.Equal(t, ledger.SourceEncoding, got)
}

// Whoever waits is woken by a commit; through a pooler of transactions nothing can be heard, and everything else works.
func TestSource_Hear(t *testing.T) {
	t.Parallel()
	db := storetest.NewSource(t)
	ctx, cancel := context.WithCancel(t.Context())
	heard, ended := make(chan struct{}, 10), make(chan error, 1)
	s := open(t, db.RelayURL)
	go func() { ended <- s.Hear(ctx, func() { heard <- struct{}{} }) }()
	<-heard // it listens
	db.Enqueue(t, message("iv_1"))
	<-heard
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
}

func TestSource_ThroughAPooler(t *testing.T) {
	t.Parallel()
	db := storetest.NewSource(t)
	service, err := url.Parse(db.ServiceURL) // a role that the pooler knows
	require.NoError(t, err)
	require.NoError(t, source.Grant(t.Context(), db.URL, source.GrantRelay, service.User.Username()))
	s := open(t, db.Pooler(t, "pool_mode = transaction")(db.ServiceURL))
	db.Enqueue(t, message("iv_1"))
	require.NoError(t, s.Hear(t.Context(), func() { t.Error("it cannot hear") }))
	for range 5 { // more often than any statement would be prepared
		_, _, err := s.Look(t.Context())
		require.NoError(t, err)
		messages, err := s.Read(t.Context(), 0)
		require.NoError(t, err)
		require.Len(t, messages, 1)
	}
}

// Rights are given where there is something to give, and to whom there is.
func TestGrant(t *testing.T) {
	t.Parallel()
	db := storetest.NewSource(t)
	require.ErrorIs(t, source.Grant(t.Context(), db.URL, source.GrantRelay, "nobody at all"), store.ErrNotFound)
	require.ErrorIs(t, source.Grant(t.Context(), db.URL, rights.GrantService, "postgres"), source.ErrKind)
	stranger, err := url.Parse(db.Role(t, ""))
	require.NoError(t, err)
	require.ErrorContains(t, source.Grant(t.Context(), db.ProducerURL, source.GrantRelay, stranger.User.Username()), "permission denied")
	_, err = source.Open(source.Config{Name: "bad", URL: "postgres://ada:hunter2@[:/"})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "hunter2")
}
