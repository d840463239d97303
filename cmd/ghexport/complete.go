package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/runs"
)

// completeLimit bounds how long somebody's shell waits for words after a press on Tab.
const completeLimit = 5 * time.Second

// suggested sets how many words a press on Tab offers; shells ask before they show more.
const suggested = 100

// suggestion finds words. What it returns with an error is thrown away.
type suggestion func(ctx context.Context, st *store.Store, cmd *cobra.Command) ([]cobra.Completion, error)

// argument finds the name of a command's argument in its line of use.
var argument = regexp.MustCompile(`^\S+ \[?([A-Z|]+)`)

// completions lets the shell complete, in all commands, what names something in the database. It is the one place that knows how.
func (c *cli) completions(command *cobra.Command) {
	byArgument := map[string]suggestion{"EXPORT": suggestExports, "ORG": suggestOrgs, "RUN": suggestRuns}
	byFlag := map[string]suggestion{"export": suggestExports, "org": suggestOrgs}
	if found := argument.FindStringSubmatch(command.Use); found != nil && command.ValidArgsFunction == nil && byArgument[found[1]] != nil {
		command.ValidArgsFunction = c.suggest(byArgument[found[1]], command.Args == nil)
	}
	for flag, find := range byFlag {
		if command.Flags().Lookup(flag) != nil {
			_ = command.RegisterFlagCompletionFunc(flag, c.suggest(find, true)) // fails only where the command has one of its own
		}
	}
	for _, child := range command.Commands() {
		c.completions(child)
	}
}

// suggest asks the database, for a moment and in silence: a shell that completes nothing says enough. several tells whether the command
// takes more than one.
func (c *cli) suggest(find suggestion, several bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 && !several {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeoutCause(cmd.Context(), completeLimit, fmt.Errorf("completion took longer than %s", completeLimit))
		defer cancel()
		st, _, err := c.open(ctx, "completion")
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer st.Close()
		words, err := find(ctx, st, cmd)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		words = slices.DeleteFunc(words, func(word cobra.Completion) bool { return slices.Contains(args, wordOf(word)) })
		return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

var word = regexp.MustCompile(`^[^\t]*`)

// wordOf is a completion without its description.
func wordOf(c cobra.Completion) string { return word.FindString(c) }

// actsOn are the states of what a command can do something with; other commands take every export.
var actsOn = map[string][]ledger.State{
	"replay":  {ledger.StateDead, ledger.StateCancelled},
	"resolve": {ledger.StateUnknown, ledger.StateDuplicate},
	"discard": {ledger.StateDead, ledger.StatePending},
}

func suggestExports(ctx context.Context, st *store.Store, cmd *cobra.Command) ([]cobra.Completion, error) {
	states, some := actsOn[cmd.Name()]
	if !some {
		states = []ledger.State{""}
	}
	var words []cobra.Completion
	for _, state := range states {
		rows, err := query.In(st).Exports(ctx, store.Filter{State: state, Limit: suggested})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			about := fmt.Sprintf("%s %s %s %s", visible(row.OrgID), visible(row.InterviewID), row.State, whyNot(row))
			words = append(words, cobra.CompletionWithDesc(strconv.FormatInt(row.ID, 10), about))
		}
	}
	return words, nil
}

func suggestOrgs(ctx context.Context, st *store.Store, _ *cobra.Command) ([]cobra.Completion, error) {
	list, err := st.Integrations(ctx)
	if err != nil {
		return nil, err
	}
	var words []cobra.Completion
	for _, i := range list {
		words = append(words, cobra.CompletionWithDesc(visible(i.OrgID), "sends: "+sends(i)))
	}
	return words, nil
}

func suggestRuns(ctx context.Context, st *store.Store, _ *cobra.Command) ([]cobra.Completion, error) {
	list, err := runs.In(st).List(ctx, 0, suggested)
	if err != nil {
		return nil, err
	}
	var words []cobra.Completion
	for _, run := range list {
		about := fmt.Sprintf("%s, %s: %s", run.State, count(run.Members, "export"), visible(run.Reason))
		words = append(words, cobra.CompletionWithDesc(strconv.FormatInt(run.ID, 10), about))
	}
	return words, nil
}
