package store_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// openAsService opens a store of its own with the service's rights, as one node has it.
func openAsService(t *testing.T, database *storetest.DB) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), store.Config{URL: database.ServiceURL, MaxConns: 2})
	require.NoError(t, err)
	t.Cleanup(st.Close)
	return st
}

func TestStore_Digests(t *testing.T) {
	t.Parallel()

	t.Run("OneKeyForAllNodes", func(t *testing.T) {
		t.Parallel()
		database, k := storetest.NewDB(t), newKeyset(t)
		const nodes = 8
		digests := make([]*seal.Digests, nodes)
		errs := make([]error, nodes)
		var wg sync.WaitGroup
		for i := range nodes {
			st := openAsService(t, database)
			wg.Go(func() { digests[i], errs[i] = keyring.In(st).Digests(t.Context(), k) })
		}
		wg.Wait()
		for i := range nodes {
			require.NoError(t, errs[i])
			assert.Equal(t, digests[0].Candidate("cand_9"), digests[i].Candidate("cand_9"))
		}
	})

	t.Run("StaysTheSameAndSealed", func(t *testing.T) {
		t.Parallel()
		st, k := openAsService(t, storetest.NewDB(t)), newKeyset(t)
		first, err := keyring.In(st).Digests(t.Context(), k)
		require.NoError(t, err)
		again, err := keyring.In(st).Digests(t.Context(), k)
		require.NoError(t, err)
		assert.Equal(t, first.Email("ada@example.com"), again.Email("ada@example.com"))

		var sealed []byte
		require.NoError(t, st.Pool.QueryRow(t.Context(), "SELECT digest_key FROM ghexport.control").Scan(&sealed))
		assert.True(t, k.Primary(sealed))
		assert.Greater(t, len(sealed), 32+5)
	})

	t.Run("NodeWithAnotherKeysetIsTold", func(t *testing.T) {
		t.Parallel()
		st := openAsService(t, storetest.NewDB(t))
		_, err := keyring.In(st).Digests(t.Context(), newKeyset(t))
		require.NoError(t, err)
		d, err := keyring.In(st).Digests(t.Context(), newKeyset(t))
		require.ErrorIs(t, err, seal.ErrKeyUnknown)
		assert.Nil(t, d)
	})

	t.Run("AlteredKeyIsTold", func(t *testing.T) {
		t.Parallel()
		st, k := openAsService(t, storetest.NewDB(t)), newKeyset(t)
		_, err := keyring.In(st).Digests(t.Context(), k)
		require.NoError(t, err)
		_, err = st.Pool.Exec(t.Context(), "UPDATE ghexport.control SET digest_key = digest_key || '\\x00'::bytea")
		require.NoError(t, err)
		_, err = keyring.In(st).Digests(t.Context(), k)
		require.ErrorIs(t, err, seal.ErrSealBroken)
	})
}
