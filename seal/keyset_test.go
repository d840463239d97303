package seal_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"

	"github.com/interviewing-io/greenhouse-export/seal"
)

const secretKey = "0f1e2d3c4b5a69788796a5b4c3d2e1f0-1"

func newKeyset(t *testing.T) *seal.Keyset {
	t.Helper()
	text, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	return parsed(t, text)
}

func parsed(t *testing.T, text string) *seal.Keyset {
	t.Helper()
	k, err := seal.ParseKeyset(text)
	require.NoError(t, err)
	return k
}

func TestNewKeysetJSON(t *testing.T) {
	t.Parallel()
	text, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	other, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	assert.NotEqual(t, text, other)
	assert.True(t, json.Valid([]byte(text)))
	assert.NotContains(t, text, "\n", "one line, so that it fits an environment variable")
	assert.Contains(t, text, "type.googleapis.com/google.crypto.tink.AesGcmKey")
}

func TestKeyset_Seal(t *testing.T) {
	t.Parallel()
	k := newKeyset(t)
	sealed, err := k.Seal("acme", []byte(secretKey))
	require.NoError(t, err)
	assert.NotContains(t, string(sealed), secretKey)
	assert.True(t, k.Knows(sealed))
	assert.True(t, k.Primary(sealed))

	opened, err := k.Open("acme", sealed)
	require.NoError(t, err)
	assert.Equal(t, secretKey, string(opened))

	again, err := k.Seal("acme", []byte(secretKey))
	require.NoError(t, err)
	assert.NotEqual(t, sealed, again, "equal keys must not look equal")
}

func TestKeyset_Open(t *testing.T) {
	t.Parallel()
	k := newKeyset(t)
	sealed, err := k.Seal("acme", []byte(secretKey))
	require.NoError(t, err)
	altered := bytes.Clone(sealed)
	altered[len(altered)-1] ^= 1
	otherID := bytes.Clone(sealed)
	otherID[4] ^= 1

	for name, c := range map[string]struct {
		org    string
		sealed []byte
		want   error
	}{
		"OtherCompany":  {"globex", sealed, seal.ErrSealBroken},
		"NoCompany":     {"", sealed, seal.ErrSealBroken},
		"Altered":       {"acme", altered, seal.ErrSealBroken},
		"UnknownKey":    {"acme", otherID, seal.ErrKeyUnknown},
		"CutInPrefix":   {"acme", sealed[:4], seal.ErrSealBroken},
		"OnlyPrefix":    {"acme", sealed[:5], seal.ErrSealBroken},
		"Cut":           {"acme", sealed[:len(sealed)-3], seal.ErrSealBroken},
		"Nothing":       {"acme", nil, seal.ErrSealBroken},
		"NeverSealed":   {"acme", []byte(secretKey), seal.ErrSealBroken},
		"OtherDialect":  {"acme", append([]byte{0}, sealed[1:]...), seal.ErrSealBroken},
		"PrefixMissing": {"acme", sealed[5:], nil}, // any of the two: its first byte is random
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opened, err := k.Open(c.org, c.sealed)
			require.Error(t, err)
			assert.Nil(t, opened)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
			}
			assert.NotContains(t, err.Error(), secretKey)
		})
	}
}

func TestKeyset_OtherKeyset(t *testing.T) {
	t.Parallel()
	k, other := newKeyset(t), newKeyset(t)
	sealed, err := k.Seal("acme", []byte(secretKey))
	require.NoError(t, err)
	assert.False(t, other.Knows(sealed))
	assert.False(t, other.Primary(sealed))
	_, err = other.Open("acme", sealed)
	require.ErrorIs(t, err, seal.ErrKeyUnknown)
}

// A keyset that gained a primary opens what the old one sealed, and says that it is due for re-wrapping.
func TestKeyset_AfterRotation(t *testing.T) {
	t.Parallel()
	before, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	sealed, err := parsed(t, before).Seal("acme", []byte(secretKey))
	require.NoError(t, err)

	after := edited(t, before, func(m *keyset.Manager) {
		id, err := m.Add(aead.AES256GCMKeyTemplate())
		require.NoError(t, err)
		require.NoError(t, m.SetPrimary(id))
	})
	k := parsed(t, after)
	assert.True(t, k.Knows(sealed))
	assert.False(t, k.Primary(sealed))
	opened, err := k.Open("acme", sealed)
	require.NoError(t, err)
	assert.Equal(t, secretKey, string(opened))
}

func TestKeyset_DisabledKeyIsUnknown(t *testing.T) {
	t.Parallel()
	before, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	sealed, err := parsed(t, before).Seal("acme", []byte(secretKey))
	require.NoError(t, err)

	after := edited(t, before, func(m *keyset.Manager) {
		handle, err := m.Handle()
		require.NoError(t, err)
		id, err := m.Add(aead.AES256GCMKeyTemplate())
		require.NoError(t, err)
		require.NoError(t, m.SetPrimary(id))
		require.NoError(t, m.Disable(handle.KeysetInfo().GetPrimaryKeyId()))
	})
	_, err = parsed(t, after).Open("acme", sealed)
	require.ErrorIs(t, err, seal.ErrKeyUnknown)
}

func TestParseKeyset_RefusesWithoutShowing(t *testing.T) {
	t.Parallel()
	good, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	value := keyValue(t, good)

	for name, text := range map[string]string{
		"Nothing":        " \n",
		"NotJSON":        "ghexport " + value,
		"Cut":            good[:len(good)-20],
		"Empty":          "{}",
		"ValueNotBase64": strings.Replace(good, value, value+"!", 1),
		"ValueTooShort":  strings.Replace(good, value, value[:8], 1),
		"UnknownField":   strings.Replace(good, `"primaryKeyId"`, `"`+value+`":1,"primaryKeyId"`, 1),
		"Encrypted":      `{"encryptedKeyset":"` + value + `"}`,
		"OtherPrimitive": printed(t, mac.HMACSHA256Tag256KeyTemplate()),
		"NoPrefix":       printed(t, aead.AES256GCMNoPrefixKeyTemplate()),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, err := seal.ParseKeyset(text)
			require.Error(t, err)
			assert.Nil(t, k)
			assert.NotContains(t, err.Error(), value[:8])
		})
	}
}

func TestKeyset_PrintsNoSecret(t *testing.T) {
	t.Parallel()
	k := newKeyset(t)
	assert.Equal(t, "[secret] [secret] [secret]", fmt.Sprintf("%v %+v %#v", k, k, k))
	text, err := json.Marshal(map[string]any{"keyset": k})
	require.NoError(t, err)
	assert.JSONEq(t, `{"keyset":{}}`, string(text))
}

// keyValue finds the key material in a keyset's JSON.
func keyValue(t *testing.T, text string) string {
	t.Helper()
	var doc struct {
		Key []struct {
			KeyData struct{ Value string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text), &doc))
	require.Len(t, doc.Key, 1)
	require.Greater(t, len(doc.Key[0].KeyData.Value), 20)
	return doc.Key[0].KeyData.Value
}

func edited(t *testing.T, text string, edit func(*keyset.Manager)) string {
	t.Helper()
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(strings.NewReader(text)))
	require.NoError(t, err)
	manager := keyset.NewManagerFromHandle(handle)
	edit(manager)
	handle, err = manager.Handle()
	require.NoError(t, err)
	return written(t, handle)
}

func printed(t *testing.T, template *tinkpb.KeyTemplate) string {
	t.Helper()
	handle, err := keyset.NewHandle(template)
	require.NoError(t, err)
	return written(t, handle)
}

func written(t *testing.T, handle *keyset.Handle) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&out)))
	return out.String()
}
