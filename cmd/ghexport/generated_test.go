package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// writing keeps two tests from writing parts of one document at once.
var writing sync.Mutex

var update = flag.Bool("update", false, "write what docs hold that is made from the code")

// block holds the part of a document between two markers to what the code says, or writes it with -update. No other part changes.
func block(t *testing.T, file, name, want string) {
	t.Helper()
	writing.Lock()
	defer writing.Unlock()
	begin, end := "<!-- "+name+": begin", "<!-- "+name+": end -->\n"
	path := filepath.Join("..", "..", filepath.FromSlash(file))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(text), begin)
	require.True(t, found, "%s lacks %q", file, begin)
	marker, rest, found := strings.Cut(rest, "\n")
	require.True(t, found)
	has, after, found := strings.Cut(rest, end)
	require.True(t, found, "%s lacks %q", file, end)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(before+begin+marker+"\n"+want+end+after), 0o600))
		return
	}
	assert.Equal(t, want, has, "%s is out of date: go test ./cmd/ghexport -run '^%s$' -update", file, t.Name())
}

// row is one line of a table in Markdown.
func row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
