package auth_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// The vector of docs/companies.md: whoever mints links in another language holds to it.
func TestLink_Vector(t *testing.T) {
	t.Parallel()
	l := auth.Link{Org: "acme", Who: "mia@acme.example", Expires: 1795510800, Nonce: "0123456789abcdef"}
	address, err := l.Sign("correct horse battery staple 32b", "https://exports.example.com")
	require.NoError(t, err)
	documented, err := os.ReadFile("../../docs/companies.md")
	require.NoError(t, err)
	_, token, _ := strings.Cut(address, "token=")
	assert.Contains(t, string(documented), "\n"+token+"\n")
	assert.Equal(t, "https://exports.example.com/enter?token=v1.eyJvcmciOiJhY21lIiwid2hvIjoibWlhQGFjbWUuZXhhbXBsZSIsImV4cCI6MTc5NTUxMDgwMCwibm9uY2UiOiIwMTIzNDU2Nzg5YWJjZGVmIn0."+
		"D8tj6EUFzwn9s1qWs3DV4Wdjg5EXLHUXffMfWNKhP1Q", address)
}
