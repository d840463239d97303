package worker

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/ledger"
)

// The client's classes and those that the ledger judges are the same words.
func TestClassOf(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../greenhouse/error.go", nil, 0)
	require.NoError(t, err)
	var client []ledger.Class
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, is := n.(*ast.ValueSpec); is && len(spec.Values) == 1 && strings.HasPrefix(spec.Names[0].Name, "Class") {
			word, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			client = append(client, ledger.Class(word))
		}
		return true
	})
	assert.ElementsMatch(t, ledger.Classes, client)
	assert.Empty(t, classOf(nil))
	assert.Equal(t, ledger.ClassServer, classOf(&greenhouse.Error{Class: greenhouse.ClassServer}))
	assert.Equal(t, ledger.ClassNoAnswer, classOf(&greenhouse.Error{}), "a refusal without a class is no success")
}
