package web

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestServe_RefusesRoutesWithoutRule(t *testing.T) {
	t.Parallel()
	k := &console{}
	nothing := func(http.ResponseWriter, *http.Request) {}
	_, err := k.serve([]route{
		{pattern: "GET /secret", do: nothing},
		allow(rule{}, "GET /hidden", nothing),
		allow(staff.andCompany(), "GET /runs/{id}", nothing),
		allow(staff.andCompany(), "GET /orgs/{org}/fine", nothing),
	})
	require.Error(t, err)
	assert.ErrorContains(t, err, "GET /secret: no rule says who may use it")
	assert.ErrorContains(t, err, "GET /hidden: no rule says who may use it")
	assert.ErrorContains(t, err, "GET /runs/{id}: nothing says which company it is about")
	assert.NotContains(t, err.Error(), "fine")
}

// The table is complete because nothing else hands addresses to handlers.
func TestRoutes_AreInOnePlace(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	within, err := filepath.Glob("*/*.go")
	require.NoError(t, err)
	for _, name := range append(sources, within...) {
		if name == "routes.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, way := range []string{"NewServeMux", "DefaultServeMux", ".HandleFunc(", ".Handle("} {
			assert.NotContains(t, string(text), way, name)
		}
	}
}
