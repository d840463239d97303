package pgsession_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/pgsession"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// open makes a pool of sessions and asks one of them for some of its settings.
func open(t *testing.T, address string) (*pgsession.Opener, *pgxpool.Pool) {
	t.Helper()
	opener, err := pgsession.New(pgsession.Config{URL: address, StatementLimit: 15 * time.Second, LockLimit: 2 * time.Second})
	require.NoError(t, err)
	pool, err := pgxpool.NewWithConfig(t.Context(), opener.PoolConfig())
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return opener, pool
}

func show(t *testing.T, pool *pgxpool.Pool, name string) string {
	t.Helper()
	var value string
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT setting FROM pg_settings WHERE name = $1", name).Scan(&value))
	return value
}

func as(t *testing.T, address, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), statement)
	require.NoError(t, err)
}

func with(t *testing.T, address, name, value string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20") // which is a plus to libpq, and to pgx
	return u.String()
}

// hostile are settings of a role or an address under which something of ours goes wrong.
var hostile = map[string][2]string{
	"client_encoding": {"LATIN1", "UTF8"}, "synchronous_commit": {"off", "on"}, "default_transaction_isolation": {"serializable", "read committed"},
	"default_transaction_read_only": {"on", "off"}, "default_transaction_deferrable": {"on", "off"}, "statement_timeout": {"700", "15000"},
	"lock_timeout": {"1", "2000"}, "idle_in_transaction_session_timeout": {"7000", "0"}, "idle_session_timeout": {"7000", "0"},
	"search_path": {"evil, pg_catalog", "pg_catalog, pg_temp"}, "row_security": {"on", "off"}, "TimeZone": {"Asia/Tokyo", "UTC"},
	"DateStyle": {"German, DMY", "ISO, MDY"}, "IntervalStyle": {"iso_8601", "postgres"}, "bytea_output": {"escape", "hex"},
	"extra_float_digits": {"-5", "1"}, "standard_conforming_strings": {"off", "on"}, "transform_null_equals": {"on", "off"},
	"array_nulls": {"off", "on"}, "xmloption": {"document", "content"},
}

func TestOpener_SettingsHoldAgainstTheRole(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	address := db.Role(t, "")
	u, err := url.Parse(address)
	require.NoError(t, err)
	for name, value := range hostile {
		set := "'" + value[0] + "'"
		if name == "search_path" {
			set = value[0]
		}
		as(t, db.AdminURL, "ALTER ROLE "+u.User.Username()+" IN DATABASE "+db.Name+" SET "+name+" = "+set)
	}
	_, pool := open(t, address)
	for name, value := range hostile {
		assert.Equal(t, value[1], show(t, pool, name), name)
	}
	var smile string
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT $1::text", "Ada 😀").Scan(&smile))
	assert.Equal(t, "Ada 😀", smile)
}

func TestOpener_SettingsHoldAgainstTheAddress(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	address := with(t, db.ServiceURL, "work_mem", "5MB")
	for name, value := range hostile {
		address = with(t, address, name, value[0])
	}
	_, pool := open(t, address)
	for name, value := range hostile {
		assert.Equal(t, value[1], show(t, pool, name), name)
	}
	assert.Equal(t, "5120", show(t, pool, "work_mem"), "what we do not mind is as it was asked for")
}

func TestOpener_RefusesWhatItCannotSet(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	as(t, db.AdminURL, "ALTER DATABASE "+db.Name+" SET session_replication_role = replica")
	_, pool := open(t, db.ServiceURL)
	err := pool.Ping(t.Context())
	var wrong *pgsession.SettingError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, pgsession.SettingError{Name: "session_replication_role", Want: "origin", Got: "replica"}, *wrong)
}

func TestOpener_ChecksASessionThatWasChanged(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	opener, pool := open(t, db.ServiceURL)
	conn, err := pool.Acquire(t.Context())
	require.NoError(t, err)
	defer conn.Release()
	require.NoError(t, opener.Check(t.Context(), conn.Conn()))
	_, err = conn.Exec(t.Context(), "SET default_transaction_read_only = on")
	require.NoError(t, err)
	var wrong *pgsession.SettingError
	require.ErrorAs(t, opener.Check(t.Context(), conn.Conn()), &wrong)
	assert.Equal(t, "default_transaction_read_only", wrong.Name)
}

func TestOpener_DropsASessionThatOnlyReads(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	_, pool := open(t, db.ServiceURL)
	conn, err := pool.Acquire(t.Context())
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "SET default_transaction_read_only = on")
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "DELETE FROM ghexport.outbox")
	require.ErrorContains(t, err, "25006")
	assert.True(t, conn.Conn().IsClosed())
	conn.Release()
	_, err = pool.Exec(t.Context(), "DELETE FROM ghexport.outbox")
	require.NoError(t, err, "the next session is a new one")
}

func TestOpener_RefusesAnotherEncoding(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	name := db.Name + "_latin"
	as(t, db.AdminURL, "CREATE DATABASE "+name+" ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
	t.Cleanup(func() {
		ctx := context.Background() // the test's own has ended
		conn, err := pgx.Connect(ctx, db.AdminURL)
		require.NoError(t, err)
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
		require.NoError(t, err)
	})
	u, err := url.Parse(db.AdminURL)
	require.NoError(t, err)
	u.Path = "/" + name
	_, pool := open(t, u.String())
	var wrong *pgsession.EncodingError
	require.ErrorAs(t, pool.Ping(t.Context()), &wrong)
	assert.Equal(t, "LATIN1", wrong.Got)
}
