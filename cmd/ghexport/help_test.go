package main

import (
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// everyCommand is the tree of ours, without what cobra adds.
func everyCommand() (list []*cobra.Command) {
	var walk func(*cobra.Command)
	walk = func(command *cobra.Command) {
		list = append(list, command)
		for _, child := range command.Commands() {
			walk(child)
		}
	}
	walk((&cli{out: io.Discard, err: io.Discard}).root())
	return list
}

func TestHelp_EveryCommandHasAnExampleToPaste(t *testing.T) {
	t.Parallel()
	calls := regexp.MustCompile(`\bghexport\b`)
	for _, command := range everyCommand() {
		assert.NotEmpty(t, command.Short, command.CommandPath())
		assert.False(t, strings.HasSuffix(command.Short, "."), command.CommandPath())
		if !command.Runnable() {
			assert.NotEmpty(t, command.Long, "%s: a topic", command.CommandPath())
			continue
		}
		assert.Regexp(t, calls, command.Example, command.CommandPath())
		for line := range strings.Lines(command.Example) {
			for _, args := range ghexportCalls(line) {
				assert.NoError(t, understood(args), "%s: %s", command.CommandPath(), line)
			}
		}
	}
}

// Every command that reads can be read by a program, too. Those that write, or ask for a secret, say what they did in words.
func TestHelp_ReadsTakeJSON(t *testing.T) {
	t.Parallel()
	for _, command := range everyCommand() {
		if reads(command) {
			assert.NotNil(t, command.Flags().Lookup("json"), command.CommandPath())
		}
	}
}

// reads tells the commands that only look.
func reads(command *cobra.Command) bool {
	return command.GroupID == groupLook || slices.Contains([]string{"list", "show", "doctor", "version"}, command.Name())
}

func TestHelp_SettingsAndStates(t *testing.T) {
	t.Parallel()
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		if name := field.Tag.Get("env"); name != "" {
			assert.Regexp(t, `\b`+name+`\b`, settingsHelp)
		}
	}
	for _, state := range ledger.States {
		assert.NotEmpty(t, meanings[state], state)
	}
}
