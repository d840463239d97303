package storetest

import (
	"context"
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/source"
)

// SourceDB is a producer's own database.
type SourceDB struct {
	*DB
	RelayURL    string // as a role with the rights of `ghexport grant --relay`: what GHEXPORT_OUTBOX_URLS is to hold
	ProducerURL string // as one with the rights of `ghexport grant --producer`
	relay       string
}

// NewSource makes a producer's own database: migrated by the producer's set, with nothing of the service's.
func NewSource(t testing.TB) *SourceDB {
	t.Helper()
	ctx := t.Context()
	s := &SourceDB{DB: NewDB(t)}
	s.Exec(t, "DROP SCHEMA ghexport CASCADE")
	require.NoError(t, migrations.ProducerUp(ctx, s.URL))
	s.RelayURL, s.ProducerURL = s.Role(t, ""), s.Role(t, "")
	s.relay = roleOf(t, s.RelayURL)
	require.NoError(t, source.Grant(ctx, s.URL, source.GrantRelay, s.relay))
	require.NoError(t, source.Grant(ctx, s.URL, rights.GrantProducer, roleOf(t, s.ProducerURL)))
	return s
}

func roleOf(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u.User.Username()
}

// Exec runs statements as the database's owner.
func (s *SourceDB) Exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	execAt(t, s.URL, sql, args...)
}

// Enqueue hands messages over, as JSON texts, in one transaction of the producer's.
func (s *SourceDB) Enqueue(t testing.TB, messages ...string) {
	t.Helper()
	execAt(t, s.ProducerURL, "SELECT ghexport.enqueue(m::jsonb) FROM unnest($1::text[]) m", messages)
}

// Waiting returns how many messages lie there.
func (s *SourceDB) Waiting(t testing.TB) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM ghexport.outbox").Scan(&n))
	return n
}

// GoDown ends every connection of the database and refuses new ones, until [SourceDB.ComeBack].
func (s *SourceDB) GoDown(t testing.TB) {
	t.Helper()
	execAt(t, s.cluster.superURL(""), "ALTER DATABASE "+quote(s.Name)+" ALLOW_CONNECTIONS false")
	execAt(t, s.cluster.superURL(""), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", s.Name)
}

// ComeBack ends what [SourceDB.GoDown] began.
func (s *SourceDB) ComeBack(t testing.TB) {
	t.Helper()
	execAt(t, s.cluster.superURL(""), "ALTER DATABASE "+quote(s.Name)+" ALLOW_CONNECTIONS true")
}

// Revoke takes a right on the outbox from the relay's role, and Return gives it back.
func (s *SourceDB) Revoke(t testing.TB, right string) {
	t.Helper()
	s.Exec(t, "REVOKE "+right+" ON ghexport.outbox FROM "+quote(s.relay))
}

// Return gives back what [SourceDB.Revoke] took.
func (s *SourceDB) Return(t testing.TB, right string) {
	t.Helper()
	s.Exec(t, "GRANT "+right+" ON ghexport.outbox TO "+quote(s.relay))
}

func execAt(t testing.TB, address, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}
