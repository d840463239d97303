package migrations_test

import (
	"errors"
	"go/ast"
	"go/build"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// source is a constant string in the code of the store: a whole statement, a part of one that is put together when it runs, or words.
type source struct {
	at   token.Position
	text string
}

// reader gathers the constant strings of packages. It evaluates them as the compiler does, so that a statement which is put together
// from constants, those of other packages included, is read whole.
type reader struct {
	t       *testing.T
	files   *token.FileSet
	read    map[string]*types.Package // by path
	sources []source
}

// module is the path of the packages of this repository, which lie in folders of the same names.
const module = "github.com/interviewing-io/greenhouse-export"

// storeSources reads the store and the packages below it.
func storeSources(t *testing.T) []source {
	t.Helper()
	r := &reader{t: t, files: token.NewFileSet(), read: map[string]*types.Package{}}
	err := filepath.WalkDir("../store", func(folder string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if entry.Name() == "storetest" || entry.Name() == "testdata" {
			return filepath.SkipDir
		}
		r.gather(folder)
		return nil
	})
	require.NoError(t, err)
	return r.sources
}

// gather adds the longest constant strings of the package in a folder.
func (r *reader) gather(folder string) {
	pkg, files, info := r.check(folder)
	r.read[pkg.Path()] = pkg
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			expr, ok := node.(ast.Expr)
			if !ok {
				return true
			}
			value := info.Types[expr].Value
			if value == nil || value.Kind() != constant.String {
				return true
			}
			r.sources = append(r.sources, source{at: r.files.Position(expr.Pos()), text: constant.StringVal(value)})
			return false
		})
	}
}

// check evaluates a package as far as the packages of this repository let it: that the others are missing does not matter to constants.
func (r *reader) check(folder string) (*types.Package, []*ast.File, *types.Info) {
	r.t.Helper()
	listed, err := build.ImportDir(folder, 0)
	if noGo := new(build.NoGoError); !errors.As(err, &noGo) {
		require.NoError(r.t, err)
	}
	var files []*ast.File
	for _, name := range listed.GoFiles {
		file, err := parser.ParseFile(r.files, filepath.Join(folder, name), nil, parser.SkipObjectResolution)
		require.NoError(r.t, err)
		files = append(files, file)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: r, Error: func(error) {}}
	pkg, _ := config.Check(path.Join(module, filepath.ToSlash(strings.TrimPrefix(folder, ".."))), r.files, files, info)
	return pkg, files, info
}

// Import implements [types.Importer].
func (r *reader) Import(name string) (*types.Package, error) {
	folder, ours := strings.CutPrefix(name, module+"/")
	if !ours {
		return nil, errors.New("not of this repository")
	}
	if pkg, ok := r.read[name]; ok {
		return pkg, nil
	}
	pkg, _, _ := r.check(filepath.Join("..", folder))
	r.read[name] = pkg
	return pkg, nil
}
