package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// docs/architecture.md draws the arrows that [layout] allows, and says of each package what its own comment says.
func TestArchitecture_Packages(t *testing.T) {
	t.Parallel()
	does := map[string]string{}
	for _, p := range list(t) {
		_, sentence, _ := strings.Cut(strings.TrimPrefix(p.Doc, "Package "), " ")
		sentence = strings.TrimPrefix(sentence, filepath.Base(p.ImportPath)+" ") // after the word Command
		does[strings.TrimPrefix(p.ImportPath, module+"/")] = strings.TrimSuffix(sentence, ".")
	}
	var table strings.Builder
	table.WriteString(row("package", "its one job", "may import of ours", "never imports") + row("---", "---", "---", "---"))
	var names []string
	for name := range layout {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		assert.NotEmpty(t, does[name], "package %s of the layout is not there, or has no comment", name)
		may := slices.Sorted(slices.Values(layout[name].may))
		table.WriteString(row("`"+name+"`", does[name], quoted(may), quoted(layout[name].mayNot)))
	}
	block(t, "docs/architecture.md", "packages", table.String())
}

// quoted writes names as code; "–" for none.
func quoted(names []string) string {
	if len(names) == 0 {
		return "–"
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

// The lock order is stated once, in a comment beside the locks.
func TestArchitecture_LockOrder(t *testing.T) {
	t.Parallel()
	var stated []string
	root := filepath.Join("..", "..", "store")
	require.NoError(t, filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, comment := range file.Comments {
			if text := strings.Join(strings.Fields(comment.Text()), " "); strings.HasPrefix(text, "Lock order, ") {
				stated = append(stated, text)
			}
		}
		return nil
	}))
	require.Len(t, stated, 1, "one comment begins with the words Lock order")
	block(t, "docs/architecture.md", "locks", regexp.MustCompile(`\[(\w+)\]`).ReplaceAllString(stated[0], "`$1`")+"\n")
}

// Each file of the reading order is there ([TestREADME_Files]), and is read once.
func TestArchitecture_ReadingOrder(t *testing.T) {
	t.Parallel()
	_, rest, found := strings.Cut(documents(t)["docs/architecture.md"], "\n## Reading order\n")
	require.True(t, found)
	order, _, _ := strings.Cut(rest, "\n## ")
	var files []string
	for _, named := range filePath.FindAllStringSubmatch(order, -1) {
		assert.NotContains(t, files, named[1], "named twice")
		files = append(files, named[1])
	}
	assert.Greater(t, len(files), 20, "files found")
}
