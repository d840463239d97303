package storetest

import (
	"crypto/sha512"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPostgresPackage(t *testing.T) {
	t.Parallel()
	for _, platform := range []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"} {
		goos, goarch, _ := strings.Cut(platform, "/")
		pkg, err := postgresPackage(goos, goarch)
		require.NoError(t, err)
		hash, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(pkg.Integrity, "sha512-"))
		require.NoError(t, err)
		assert.Len(t, hash, sha512.Size, platform)
	}
	_, err := postgresPackage("plan9", "amd64")
	require.ErrorContains(t, err, "plan9/amd64")
}
