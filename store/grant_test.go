package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/rights"
)

// as connects in another role and returns what tells a refusal for lack of rights from everything else.
func (d *db) as(url string) (refused func(sql string) bool) {
	d.t.Helper()
	conn, err := pgx.Connect(d.t.Context(), url)
	require.NoError(d.t, err)
	d.t.Cleanup(func() { conn.Close(d.t.Context()) }) //nolint:errcheck // the database goes next
	return func(sql string) bool {
		d.t.Helper()
		_, err := conn.Exec(d.t.Context(), sql)
		if err == nil {
			return false
		}
		var pgErr *pgconn.PgError
		require.ErrorAs(d.t, err, &pgErr, sql)
		require.Equal(d.t, "42501", pgErr.Code, "%s: %s", sql, pgErr.Message)
		return true
	}
}

func TestGrant(t *testing.T) {
	t.Parallel()

	t.Run("ServiceMayNotRewriteTheAuditTrail", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		refused := d.as(d.test.ServiceURL)
		assert.True(t, refused("UPDATE ghexport.audit SET actor = 'nobody'"))
		assert.True(t, refused("DELETE FROM ghexport.audit"))
		assert.True(t, refused("TRUNCATE ghexport.audit"))
		assert.True(t, refused("UPDATE ghexport.goose_db_version SET version_id = 0"))
		assert.True(t, refused("DROP TABLE ghexport.audit"))
		assert.False(t, refused("SELECT FROM ghexport.audit, ghexport.goose_db_version, ghexport.river_migration"))
		assert.False(t, refused("SELECT setval('ghexport.awake_until', 1)"))
	})

	t.Run("ViewerReadsNeitherPersonalDataNorSecrets", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		refused := d.as(d.test.Role(t, rights.GrantViewer))
		for _, table := range []string{"bodies", "outbox", "aside", "integrations", "control", "rejected"} {
			assert.True(t, refused("SELECT * FROM ghexport."+table), table)
		}
		assert.True(t, refused("SELECT sealed_key FROM ghexport.integrations"))
		assert.True(t, refused("SELECT key_digest FROM ghexport.integrations"))
		assert.True(t, refused("SELECT digest_key FROM ghexport.control"))
		assert.True(t, refused("SELECT message FROM ghexport.rejected"))
		assert.True(t, refused("UPDATE ghexport.exports SET detail = 'x'"))
		assert.True(t, refused("SELECT ghexport.enqueue('{}')"))
		for _, table := range []string{"exports", "attempts", "budgets", "audit", "river_job", "river_queue"} {
			assert.False(t, refused("SELECT * FROM ghexport."+table), table)
		}
		assert.False(t, refused("SELECT stopped_at FROM ghexport.control"))
		assert.False(t, refused("SELECT org_id, hold_cause FROM ghexport.integrations"))
		assert.False(t, refused("SELECT cause, detail FROM ghexport.rejected"))
	})

	t.Run("ProducerEnqueuesAndReadsNothing", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		refused := d.as(d.test.Role(t, rights.GrantProducer))
		for _, table := range d.tables() {
			assert.True(t, refused("SELECT FROM ghexport."+table), table)
			assert.True(t, refused("INSERT INTO ghexport."+table+" DEFAULT VALUES"), table)
		}
		assert.False(t, refused("SELECT ghexport.validate('{}')"))
		assert.False(t, refused("SELECT ghexport.status('acme', 'iv')"))
		assert.True(t, refused("SELECT ghexport.wake()"))
		assert.True(t, refused("SELECT ghexport.held('acme')"))
	})

	t.Run("KnowsEveryTable", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		service, err := rights.GrantSQL(rights.GrantService, "x")
		require.NoError(t, err)
		for _, table := range d.tables() {
			assert.Regexp(t, `ghexport\.`+table+`\b`, service, "the service's role gets no right to it")
		}
		viewer, err := rights.GrantSQL(rights.GrantViewer, "x")
		require.NoError(t, err)
		hidden := map[string][]string{
			"integrations": {"key_digest", "sealed_key"}, "control": {"digest_key"}, "rejected": {"message"}, "checks": {"key_digest"},
		}
		for table, secret := range hidden {
			columns := strings.Split(one[string](d, `
				SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
				 WHERE attrelid = ('ghexport.' || $1)::regclass AND attnum > 0 AND NOT attisdropped`, table), ",")
			shown := slices.DeleteFunc(columns, func(c string) bool { return slices.Contains(secret, c) })
			assert.Contains(t, viewer, "GRANT SELECT ("+strings.Join(shown, ", ")+") ON ghexport."+table)
		}
	})

	t.Run("RunsAsTheOwnerAndTwice", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		refused := d.as(d.test.Role(t, ""))
		assert.True(t, refused("SELECT FROM ghexport.exports"))
		role := one[string](d, "SELECT usename FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE 'test%'")
		owner, err := store.Open(t.Context(), store.Config{URL: d.test.URL})
		require.NoError(t, err)
		defer owner.Close()
		require.NoError(t, rights.In(owner).Grant(t.Context(), rights.GrantViewer, role))
		require.NoError(t, rights.In(owner).Grant(t.Context(), rights.GrantProducer, role))
		require.NoError(t, rights.In(owner).Grant(t.Context(), rights.GrantViewer, role))
		assert.False(t, refused("SELECT FROM ghexport.exports"))
		assert.False(t, refused("SELECT ghexport.status('acme', 'iv')"), "nothing was revoked")

		err = rights.In(owner).Grant(t.Context(), rights.GrantViewer, "no such role")
		require.ErrorIs(t, err, store.ErrNotFound)
		require.ErrorContains(t, err, `role "no such role"`)
	})

	t.Run("QuotesTheRole", func(t *testing.T) {
		t.Parallel()
		sql, err := rights.GrantSQL(rights.GrantProducer, `x"; DROP TABLE y; --`)
		require.NoError(t, err)
		assert.Contains(t, sql, ` TO "x""; DROP TABLE y; --";`)
		_, err = rights.GrantSQL("king", "x")
		require.Error(t, err)
		_, err = rights.GrantSQL(rights.GrantViewer, "")
		require.Error(t, err)
	})
}

func (d *db) tables() []string {
	d.t.Helper()
	rows, err := d.Pool.Query(d.t.Context(), "SELECT tablename FROM pg_tables WHERE schemaname = 'ghexport'")
	require.NoError(d.t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(d.t, err)
	require.Greater(d.t, len(tables), 10)
	return tables
}
