package pgsession_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/pgsession"
)

func TestUnverified(t *testing.T) {
	t.Parallel()
	for address, want := range map[string][]string{
		"postgres://db.example/x?sslmode=disable":                                        {"db.example"},
		"postgres://db.example/x?sslmode=allow":                                          {"db.example"},
		"postgres://db.example/x?sslmode=prefer":                                         {"db.example"},
		"postgres://db.example/x?sslmode=require":                                        {"db.example"},
		"postgres://db.example/x?sslmode=verify-ca":                                      {"db.example"},
		"postgres://db.example/x?sslmode=verify-full":                                    nil,
		"host=db.example dbname=x sslmode=require":                                       {"db.example"},
		"host=db.example dbname=x sslmode=verify-full":                                   nil,
		"postgres://one.example,two.example/x?sslmode=require":                           {"one.example", "two.example"},
		"postgres://one.example,two.example/x?sslmode=verify-full":                       nil,
		"postgres://localhost,two.example/x?sslmode=prefer":                              {"two.example"},
		"host=/var/run/postgresql,two.example port=5432,5432 dbname=x sslmode=verify-ca": {"two.example"},
		"host=/var/run/postgresql dbname=x":                                              nil,
		"postgres://LOCALHOST./x?sslmode=disable":                                        nil,
		"postgres://127.8.9.1/x?sslmode=disable":                                         nil,
		"postgres://[::1]/x?sslmode=disable":                                             nil,
		"postgres://[::ffff:127.0.0.1]/x?sslmode=disable":                                nil,
		"postgres://10.0.0.7/x?sslmode=disable":                                          {"10.0.0.7"},
		"postgres://localhost.example/x?sslmode=disable":                                 {"localhost.example"},
	} {
		config, err := pgconn.ParseConfig(address)
		require.NoError(t, err, address)
		assert.Equal(t, want, pgsession.Unverified(config), address)
	}
}

func TestUnverified_TheEnvironmentsMode(t *testing.T) {
	t.Setenv("PGSSLMODE", "verify-full")
	config, err := pgconn.ParseConfig("postgres://db.example/x")
	require.NoError(t, err)
	assert.Empty(t, pgsession.Unverified(config))
	t.Setenv("PGSSLMODE", "require")
	config, err = pgconn.ParseConfig("postgres://db.example/x")
	require.NoError(t, err)
	assert.Equal(t, []string{"db.example"}, pgsession.Unverified(config))
}
