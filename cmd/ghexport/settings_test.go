package main

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// docs/settings.md says of each setting what [Config] says of it.
func TestSettings(t *testing.T) {
	t.Parallel()
	meanings := fieldComments(t, "config.go", "Config")
	var table strings.Builder
	table.WriteString(row("variable", "default", "value", "meaning", "read by") + row("---", "---", "---", "---", "---"))
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		name := field.Tag.Get("env")
		if name == "" {
			continue
		}
		meaning := meanings[field.Name]
		assert.NotEmpty(t, meaning, "what does %s mean? a comment above Config.%s says it", name, field.Name)
		table.WriteString(row("`"+name+"`", unset(field), unit(t, field), meaning, readers(t, field)))
	}
	block(t, "docs/settings.md", "settings", table.String())
}

// unset returns what holds where the variable is not set.
func unset(field reflect.StructField) string {
	if value := field.Tag.Get("envDefault"); value != "" {
		return "`" + value + "`"
	}
	if field.Type.Kind() == reflect.Bool {
		return "`false`"
	}
	return field.Tag.Get("unset")
}

// unit returns what kind of value a setting takes.
func unit(t *testing.T, field reflect.StructField) string {
	t.Helper()
	switch {
	case field.Type == reflect.TypeFor[time.Duration]():
		return "duration"
	case field.Type.Kind() == reflect.Bool:
		return "`true` or `false`"
	}
	assert.NotEmpty(t, field.Tag.Get("unit"), "Config.%s has no unit", field.Name)
	return field.Tag.Get("unit")
}

// readers are the commands that use a setting, each of which exists.
func readers(t *testing.T, field reflect.StructField) string {
	t.Helper()
	tag := field.Tag.Get("read")
	if tag == "*" {
		return "every command"
	}
	var commands []string
	for command := range strings.SplitSeq(tag, ", ") {
		found, rest, err := (&cli{}).root().Find(strings.Fields(command))
		assert.True(t, err == nil && len(rest) == 0 && found.HasParent(), "Config.%s is read by %q, which is no command", field.Name, command)
		commands = append(commands, "`"+command+"`")
	}
	return strings.Join(commands, ", ")
}

// fieldComments returns what stands above, or else beside, the fields of a struct in a file of this package.
func fieldComments(t *testing.T, file, name string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	require.NoError(t, err)
	comments := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, is := n.(*ast.TypeSpec)
		if !is || spec.Name.Name != name {
			return true
		}
		for _, field := range spec.Type.(*ast.StructType).Fields.List {
			text := strings.Join(strings.Fields(cmp.Or(field.Doc.Text(), field.Comment.Text())), " ")
			for _, one := range field.Names {
				comments[one.Name] = text
			}
		}
		return false
	})
	return comments
}
