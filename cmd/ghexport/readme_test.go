package main

import (
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")
	shellWord  = regexp.MustCompile(`"[^"]*"|'[^']*'|#.*|[|&;<>]+|[^\s|&;<>]+`)
	variable   = regexp.MustCompile(`^[A-Z_]+=`)
	setting    = regexp.MustCompile(`\b(?:GHEXPORT_[A-Z_]+|GREENHOUSE_(?:TEST_)?BASE_URL|DATABASE_URL)\b`)
	filePath   = regexp.MustCompile("`([a-z][a-z_/-]*/[a-z0-9_./-]+\\.(?:go|sql|txt|svg|md))`|\\]\\(([^)#:]+)[)#]")
)

// Every command of ghexport's that the README or docs tell a reader to type is one that it understands.
func TestREADME_Commands(t *testing.T) {
	t.Parallel()
	seen := 0
	for file, text := range documents(t) {
		for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
			script := strings.ReplaceAll(block[1], "\\\n", " ")
			for line := range strings.Lines(script) {
				for _, args := range ghexportCalls(line) {
					seen++
					assert.NoError(t, understood(args), "%s: %s", file, strings.TrimSpace(line))
				}
			}
		}
	}
	assert.Greater(t, seen, 20, "commands found")
}

// ghexportCalls are the arguments of each call of ghexport in a line of a shell's.
func ghexportCalls(line string) (calls [][]string) {
	var words []string
	end := func() {
		for len(words) > 0 && variable.MatchString(words[0]) {
			words = words[1:]
		}
		if len(words) > 0 && words[0] == "ghexport" {
			calls = append(calls, words[1:])
		}
		words = nil
	}
	redirected := false
	for _, word := range shellWord.FindAllString(line, -1) {
		switch {
		case word[0] == '#':
		case strings.Trim(word, "<>") == "":
			redirected = true
		case strings.Trim(word, "|&;") == "":
			end()
			redirected = false
		case !redirected:
			if word == "EXPORT" { // where a page says to put a number
				word = "42"
			}
			words = append(words, strings.Trim(word, `"'`))
		}
	}
	end()
	return calls
}

// understood does everything that the program does with its arguments but the command itself.
func understood(args []string) error {
	root := (&cli{out: io.Discard, err: io.Discard}).root()
	root.InitDefaultCompletionCmd(args...)
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
		return err
	}
	if cmd.HasSubCommands() && len(args) > 0 {
		return usagef("%s needs one of its commands", cmd.CommandPath())
	}
	return cmd.ValidateFlagGroups()
}

func TestREADME_Settings(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		if name := field.Tag.Get("env"); name != "" {
			known[name] = true
		}
	}
	for file, text := range documents(t) {
		for _, name := range setting.FindAllString(text, -1) {
			ofTests := file == "CONTRIBUTING.md" && slices.Contains([]string{"GHEXPORT_TEST_CHROMIUM", "GHEXPORT_TEST_KEEP", "GHEXPORT_SCREENSHOTS"}, name)
			assert.True(t, known[name] || ofTests, "%s names %s, which is no setting", file, name)
		}
	}
}

func TestREADME_Files(t *testing.T) {
	t.Parallel()
	for file, text := range documents(t) {
		for _, found := range filePath.FindAllStringSubmatch(text, -1) {
			path := filepath.Join("..", "..", found[1])
			if found[2] != "" { // a link is relative to where it stands
				path = filepath.Join("..", "..", filepath.Dir(file), found[2])
			}
			assert.FileExists(t, path, "named in %s", file)
		}
	}
}

// documents returns what is written for readers, by their paths.
func documents(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..")
	paths, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	runbooks, err := filepath.Glob(filepath.Join(root, "docs", "runbooks", "*.md"))
	require.NoError(t, err)
	texts := map[string]string{}
	for _, path := range append(append(paths, runbooks...), filepath.Join(root, "README.md"), filepath.Join(root, "CONTRIBUTING.md"), filepath.Join(root, "SECURITY.md")) {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		name, err := filepath.Rel(root, path)
		require.NoError(t, err)
		texts[filepath.ToSlash(name)] = string(text)
	}
	return texts
}
