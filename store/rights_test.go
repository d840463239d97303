package store_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/rights"
)

func TestCheckRights(t *testing.T) {
	t.Parallel()

	t.Run("TheServicesAreWhole", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		require.NoError(t, rights.In(d.Store).CheckRights(t.Context()))
		require.NoError(t, rights.In(d.Store).CheckSession(t.Context()))
	})

	for name, c := range map[string]struct{ revoke, lacks string }{
		"Table":    {"REVOKE ALL ON ghexport.bodies FROM ghexport_service", "DELETE on bodies"},
		"OneRight": {"REVOKE DELETE ON ghexport.river_job FROM ghexport_service", "DELETE on river_job"},
		"Reads":    {"REVOKE SELECT ON ghexport.holds FROM ghexport_service", "SELECT on holds"},
		"Sequence": {"REVOKE USAGE ON SEQUENCE ghexport.bodies_id_seq FROM ghexport_service", "USAGE on sequence bodies_id_seq"},
		"Function": {"REVOKE EXECUTE ON FUNCTION ghexport.wake() FROM ghexport_service", "EXECUTE on function wake"},
		"Schema":   {"REVOKE USAGE ON SCHEMA ghexport FROM ghexport_service", "USAGE on the schema"},
	} {
		t.Run(name+"IsNamed", func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			_, err := d.test.Pool(t).Exec(t.Context(), c.revoke)
			require.NoError(t, err)
			var lacks *rights.RightsError
			require.ErrorAs(t, rights.In(d.Store).CheckRights(t.Context()), &lacks)
			assert.Contains(t, lacks.Lacks, c.lacks)
		})
	}

	t.Run("AGrantWithoutEffectFails", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		u, err := url.Parse(d.test.Role(t, ""))
		require.NoError(t, err)
		for _, kind := range []rights.GrantKind{rights.GrantService, rights.GrantProducer, rights.GrantViewer} {
			err = rights.In(d.Store).Grant(t.Context(), kind, u.User.Username()) // the service's role owns nothing, and is only warned
			require.ErrorIs(t, err, rights.ErrNotOwner, kind)
		}
	})

	t.Run("AGrantOfEachKindHasItsEffect", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		owner, err := store.Open(t.Context(), store.Config{URL: d.test.URL, MaxConns: 2})
		require.NoError(t, err)
		defer owner.Close()
		for _, kind := range []rights.GrantKind{rights.GrantService, rights.GrantProducer, rights.GrantViewer} {
			u, err := url.Parse(d.test.Role(t, ""))
			require.NoError(t, err)
			require.NoError(t, rights.In(owner).Grant(t.Context(), kind, u.User.Username()))
		}
	})
}
