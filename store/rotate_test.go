package store_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
)

// vault is a database with companies sealed under the first of two keys.
type vault struct {
	*db
	first, both *seal.Keyset
}

func newVault(t *testing.T, companies int) *vault {
	t.Helper()
	v := &vault{db: setup(t)}
	text, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	v.first, err = seal.ParseKeyset(text)
	require.NoError(t, err)
	more, err := v.first.WithNewKey()
	require.NoError(t, err)
	v.both, err = seal.ParseKeyset(more)
	require.NoError(t, err)
	_, err = keyring.In(v.Store).Digests(t.Context(), v.first)
	require.NoError(t, err)
	for n := range companies {
		v.connect(fmt.Sprintf("org-%04d", n), v.first, "key")
	}
	return v
}

// connect seals as the service does.
func (v *vault) connect(org string, k *seal.Keyset, key string) {
	v.t.Helper()
	sealed, err := keyring.In(v.Store).Seal(v.t.Context(), k, org, []byte(key+" of "+org))
	require.NoError(v.t, err)
	c := connected(org)
	c.SealedKey, c.KeyDigest = sealed, []byte(key+org)
	_, err = v.Connect(v.t.Context(), c, kim)
	require.NoError(v.t, err)
}

func (v *vault) opens(org string, k *seal.Keyset) string {
	v.t.Helper()
	c, err := v.Credential(v.t.Context(), org)
	require.NoError(v.t, err)
	key, err := k.Open(org, c.SealedKey)
	require.NoError(v.t, err)
	return string(key)
}

func (v *vault) rotate(k *seal.Keyset, skipBroken bool) (keyring.Rotation, error) {
	return keyring.In(v.Store).Rotate(v.t.Context(), k, false, skipBroken, kim)
}

func TestRotate(t *testing.T) {
	t.Parallel()

	t.Run("SealsEverythingAnewOnce", func(t *testing.T) {
		t.Parallel()
		v := newVault(t, 450) // more than two batches
		before, err := v.Integration(t.Context(), "org-0007")
		require.NoError(t, err)
		digests, err := keyring.In(v.Store).Digests(t.Context(), v.first)
		require.NoError(t, err)
		dry, err := keyring.In(v.Store).Rotate(t.Context(), v.both, true, false, kim)
		require.NoError(t, err)
		assert.Equal(t, keyring.Rotation{Key: v.both.PrimaryID(), DryRun: true, Sealed: 451, Rewrapped: 451, Broken: []string{}}, dry)
		assert.Equal(t, "key of org-0007", v.opens("org-0007", v.first), "nothing was changed")

		done, err := v.rotate(v.both, false)
		require.NoError(t, err)
		assert.Equal(t, keyring.Rotation{Key: v.both.PrimaryID(), Sealed: 451, Rewrapped: 451, Broken: []string{}}, done)
		again, err := v.rotate(v.both, false)
		require.NoError(t, err)
		assert.Equal(t, 451, again.Already)
		assert.Equal(t, 1, v.count("SELECT count(*) FROM ghexport.audit WHERE action = 'keyset rotate'"), "what did nothing is not recorded")

		require.NoError(t, keyring.In(v.Store).OldKeysUnused(t.Context(), v.both))
		last, err := v.both.PrimaryAlone()
		require.NoError(t, err)
		alone, err := seal.ParseKeyset(last)
		require.NoError(t, err)
		assert.Equal(t, "key of org-0007", v.opens("org-0007", alone))
		assert.Equal(t, "key of org-0449", v.opens("org-0449", alone))
		after, err := keyring.In(v.Store).Digests(t.Context(), alone)
		require.NoError(t, err)
		assert.Equal(t, digests.Email("a@b.example"), after.Email("a@b.example"), "people are found again")
		i, err := v.Integration(t.Context(), "org-0007")
		require.NoError(t, err)
		assert.Equal(t, before, i, "no version is raised and no hold is touched")
	})

	// The rest of a run that was cut short, and of one that met a newer key.
	t.Run("GoesOnWhereItWasCutShort", func(t *testing.T) {
		t.Parallel()
		v := newVault(t, 5)
		half, err := v.both.Seal("org-0001", []byte("key of org-0001"))
		require.NoError(t, err)
		v.exec("UPDATE ghexport.integrations SET sealed_key = $1 WHERE org_id = 'org-0001'", half)
		done, err := v.rotate(v.both, false)
		require.NoError(t, err)
		assert.Equal(t, 1, done.Already)
		assert.Equal(t, 5, done.Rewrapped)
	})

	t.Run("SealsUnderTheKeyInUseUntilThen", func(t *testing.T) {
		t.Parallel()
		v := newVault(t, 1)
		v.connect("early", v.both, "key")
		assert.Equal(t, "key of early", v.opens("early", v.first), "a node without the new keyset opens it")
		_, err := v.rotate(v.both, false)
		require.NoError(t, err)
		v.connect("late", v.both, "key")
		c, err := v.Credential(t.Context(), "late")
		require.NoError(t, err)
		assert.True(t, v.both.Primary(c.SealedKey))
		_, err = keyring.In(v.Store).Seal(t.Context(), v.first, "late", []byte("x"))
		require.ErrorIs(t, err, seal.ErrKeyUnknown)
	})

	t.Run("RefusesWhatItCannotOpen", func(t *testing.T) {
		t.Parallel()
		v := newVault(t, 3)
		v.exec("UPDATE ghexport.integrations SET sealed_key = (SELECT sealed_key FROM ghexport.integrations WHERE org_id = 'org-0001') WHERE org_id = 'org-0002'")
		_, err := v.rotate(v.both, false)
		var unopened *keyring.UnopenedError
		require.ErrorAs(t, err, &unopened)
		assert.Equal(t, []string{"org-0002"}, unopened.Broken)
		assert.Equal(t, "key of org-0001", v.opens("org-0001", v.first), "nothing was changed")
		done, err := v.rotate(v.both, true)
		require.NoError(t, err)
		assert.Equal(t, 3, done.Rewrapped)
		assert.Equal(t, []string{"org-0002"}, done.Broken)

		foreign, err := seal.NewKeysetJSON()
		require.NoError(t, err)
		stranger, err := seal.ParseKeyset(foreign)
		require.NoError(t, err)
		_, err = v.rotate(stranger, true)
		require.ErrorAs(t, err, &unopened)
		assert.Equal(t, []string{"(the digest key)", "org-0000", "org-0001", "org-0002"}, unopened.Unknown)
	})

	t.Run("RefusesWhileANodeLacksTheKey", func(t *testing.T) {
		t.Parallel()
		v := newVault(t, 1)
		node := ledger.Node{ID: uuid.New(), Host: "web-2", Version: "1", Keys: v.first.IDs()}
		require.NoError(t, v.SeeNode(t.Context(), node))
		_, err := v.rotate(v.both, false)
		var lack *keyring.NodesLackKeyError
		require.ErrorAs(t, err, &lack)
		assert.Equal(t, []string{"web-2"}, lack.Hosts)
		v.exec("UPDATE ghexport.nodes SET seen_at = now() - interval '2 minutes'")
		_, err = keyring.In(v.Store).Rotate(t.Context(), v.both, true, false, kim)
		require.NoError(t, err, "it has ended")
		fresh := ledger.Node{ID: uuid.New(), Host: "web-2", Version: "1", Keys: v.both.IDs()}
		require.NoError(t, v.SeeNode(t.Context(), fresh))
		_, err = v.rotate(v.both, false)
		require.NoError(t, err)
	})

	t.Run("LeavesAKeyThatWasReplacedMeanwhile", func(t *testing.T) {
		t.Parallel()
		v := newVault(t, 300)
		stop, replaced := make(chan struct{}), make(chan int)
		go func() { // somebody replaces keys all the while
			n := 0
			defer func() { replaced <- n }()
			for {
				select {
				case <-stop:
					return
				default:
					v.connect(fmt.Sprintf("org-%04d", n%300), v.both, fmt.Sprintf("new %d", n))
					n++
				}
			}
		}()
		_, err := v.rotate(v.both, false)
		close(stop)
		n := <-replaced
		require.NoError(t, err)
		require.NotZero(t, n)
		for i := max(0, n-300); i < n; i++ {
			org := fmt.Sprintf("org-%04d", i%300)
			assert.Equal(t, fmt.Sprintf("new %d of %s", i, org), v.opens(org, v.both))
		}
	})
}

// Whatever is sealed is known to the rotation: a column of another table that holds sealed bytes must be added to it.
func TestRotate_KnowsEverySealedColumn(t *testing.T) {
	t.Parallel()
	d := setup(t)
	assert.Equal(t, "control.digest_key, hooks.sealed_before, hooks.sealed_secret, integrations.sealed_key", one[string](d, `
		SELECT string_agg(c.relname || '.' || a.attname, ', ' ORDER BY c.relname, a.attname)
		  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		 WHERE n.nspname = 'ghexport' AND c.relkind = 'r' AND a.attnum > 0 AND a.atttypid = 'bytea'::regtype
		   AND col_description(c.oid, a.attnum) ~* '\m(sealed|Tink|AEAD|encrypted)\M'`))
}
