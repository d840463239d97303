package pgsession_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/pgsession"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

func TestOpener_Keywords(t *testing.T) {
	t.Parallel()

	t.Run("LibpqsThatOnlySayHow", func(t *testing.T) {
		t.Parallel()
		address := storetest.NewDB(t).ServiceURL
		for _, name := range []string{"keepalives", "keepalives_idle", "tcp_user_timeout", "gssencmode", "load_balance_hosts", "fallback_application_name"} {
			address = with(t, address, name, "1")
		}
		_, pool := open(t, address)
		require.NoError(t, pool.Ping(t.Context()))
	})

	t.Run("LibpqsThatNobodyHonours", func(t *testing.T) {
		t.Parallel()
		for _, name := range []string{"hostaddr", "sslcrl", "requirepeer", "ssl_min_protocol_version", "replication"} {
			_, err := pgsession.New(pgsession.Config{URL: "postgres://ada:secret@localhost/app?" + name + "=secret"})
			require.ErrorContains(t, err, "it asks for "+name)
			assert.NotContains(t, err.Error(), "secret")
		}
	})

	t.Run("NobodysAreNamed", func(t *testing.T) {
		t.Parallel()
		_, pool := open(t, with(t, with(t, storetest.NewDB(t).ServiceURL, "pgbouncer", "true"), "schema", "public"))
		err := pool.Ping(t.Context())
		var wrong *pgsession.KeywordError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, []string{"pgbouncer", "schema"}, wrong.Names)
	})

	t.Run("NoAddressIsQuoted", func(t *testing.T) {
		t.Parallel()
		_, err := pgsession.New(pgsession.Config{URL: "postgres://ada:secret@[:/"})
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "secret")
	})
}
