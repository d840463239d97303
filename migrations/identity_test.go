package migrations_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// A ledger that was served before it knew its own oids goes on, with the rights that its service had: nobody is asked anything.
func TestIdentity_UpgradeOfAServedLedger(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	conn := connect(t, db.URL)
	_, err := conn.Exec(t.Context(), "DROP SCHEMA ghexport CASCADE")
	require.NoError(t, err)
	require.NoError(t, migrations.UpTo(t.Context(), db.URL, 30))
	const grants = `
		GRANT USAGE ON SCHEMA ghexport TO ghexport_service;
		GRANT SELECT, UPDATE, INSERT ON ALL TABLES IN SCHEMA ghexport TO ghexport_service;
		GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ghexport TO ghexport_service;
		GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ghexport TO ghexport_service;`
	_, err = conn.Exec(t.Context(), grants)
	require.NoError(t, err)
	service := connect(t, db.ServiceURL)
	var verdict string
	require.NoError(t, service.QueryRow(t.Context(), "SELECT ghexport.guard(false)").Scan(&verdict))
	require.Equal(t, "first", verdict)

	require.NoError(t, migrations.Up(t.Context(), db.URL))
	require.NoError(t, service.QueryRow(t.Context(), "SELECT ghexport.guard(false)").Scan(&verdict), "an old node")
	assert.Equal(t, "same", verdict)
	require.NoError(t, service.QueryRow(t.Context(), "SELECT verdict FROM ghexport.guard(false, NULL)").Scan(&verdict), "a new node")
	assert.Equal(t, "same", verdict)
	var known bool
	require.NoError(t, conn.QueryRow(t.Context(), `
		SELECT control_oid = 'ghexport.control'::regclass AND doubt IS NULL AND stopped_at IS NULL FROM ghexport.control`).Scan(&known))
	assert.True(t, known)
}
