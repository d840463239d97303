package greenhouse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

func TestSecret_NeverPrints(t *testing.T) {
	t.Parallel()
	secret := NewSecret(testKey)
	cred := Credential{Key: secret, OnBehalfOf: testEmail}
	type deep struct {
		key  Secret
		List []Credential
		In   map[string]Secret
	}
	values := []any{secret, &secret, cred, &cred, []Secret{secret}, deep{secret, []Credential{cred}, map[string]Secret{"k": secret}},
		struct{ inner deep }{deep{key: secret}}}

	var out bytes.Buffer
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10.3s"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		encoded, err := json.Marshal(v)
		require.NoError(t, err)
		out.Write(encoded)
	}
	log := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&out), zap.DebugLevel))
	log.Info("x", zap.Any("a", secret), zap.Stringer("b", secret), zap.Reflect("c", secret), zap.Any("d", cred), zap.Any("e", values))
	log.Sugar().Infow("x", "a", secret, "b", values)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "a", secret, "b", cred, "c", values)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "a", secret, "b", cred, "c", values)

	for _, private := range []string{testKey, fmt.Sprintf("%x", testKey), "k3y", testEmail} {
		assert.NotContains(t, out.String(), private)
	}
	for _, verb := range []string{"%v", "%s", "%q", "%x", "%#v"} {
		assert.Equal(t, "[secret]", fmt.Sprintf(verb, secret))
	}
	encoded, err := json.Marshal(secret)
	require.NoError(t, err)
	assert.JSONEq(t, `"[secret]"`, string(encoded))
}

func TestSecret_Reveal(t *testing.T) {
	t.Parallel()
	assert.Equal(t, testKey, NewSecret(testKey).Reveal())
	assert.Empty(t, Secret{}.Reveal())
	assert.True(t, Secret{}.IsZero())
	assert.True(t, NewSecret("").IsZero())
	assert.False(t, NewSecret("x").IsZero())
}
