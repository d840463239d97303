package main

import (
	"github.com/spf13/cobra"
)

// The groups under which help lists the commands.
const (
	groupSetUp = "setup"
	groupRun   = "run"
	groupLook  = "look"
	groupAct   = "act"
)

const rootLong = `Carries interview results into companies' Greenhouse accounts: exactly once, never lost, never before both said yes.

Commands print data on standard output and everything else on standard error. They exit with 0 when done, 1 when something failed
or a problem was found, 2 when they were called wrongly. Settings come from the environment; "ghexport help environment" lists them,
"ghexport doctor" checks them. "ghexport explain CAUSE" prints what to do about a cause.`

// root is the tree of commands. Each command's file has its help beside what it does.
func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:     "ghexport",
		Short:   "Carry interview results into Greenhouse",
		Long:    rootLong,
		Example: "  ghexport doctor\n  ghexport exports --state dead\n  ghexport why iv_123",
		// Errors and hints are printed by report, in one voice.
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.PersistentFlags().StringVar(&c.as, "as", "", "who does this, for the audit trail (else GHEXPORT_ACTOR, else the system user)")
	root.AddGroup(
		&cobra.Group{ID: groupRun, Title: "Run:"},
		&cobra.Group{ID: groupLook, Title: "Look:"},
		&cobra.Group{ID: groupAct, Title: "Act:"},
		&cobra.Group{ID: groupSetUp, Title: "Set up:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, command := range commands {
			command.GroupID = group
			root.AddCommand(command)
		}
	}
	add(groupRun, c.serve(), c.enqueue(), c.pauseAll(), c.resumeAll())
	add(groupLook, c.exports(), c.show(), c.why(), c.dead(), c.explainCause(), c.health(), c.track(), c.held(), c.reconcile(), c.audit())
	add(groupAct, c.replay(), c.backfill(), c.runs(), c.resolve(), c.discard(), c.erase(), c.retention())
	add(groupSetUp, c.migrate(), c.grant(), c.org(), c.sessions(), c.keyset(), c.doctor(), c.version())
	root.AddCommand(topics()...)
	root.SetHelpCommandGroupID(groupSetUp)
	root.SetCompletionCommandGroupID(groupSetUp)
	c.completions(root)
	ran(root)
	return root
}

// ran marks what a command itself returns, so that every other error of the tree's can only be one of usage.
func ran(command *cobra.Command) {
	if do := command.RunE; do != nil {
		command.RunE = func(cmd *cobra.Command, args []string) error {
			if err := do(cmd, args); err != nil {
				return &ranError{err}
			}
			return nil
		}
	}
	for _, child := range command.Commands() {
		ran(child)
	}
}

// parent makes a command that only holds others. Called alone, or with a word that none of them has, it is called wrongly.
func parent(command *cobra.Command, children ...*cobra.Command) *cobra.Command {
	command.Args = cobra.NoArgs
	command.RunE = func(cmd *cobra.Command, _ []string) error {
		return usagef("%s needs one of its commands", cmd.CommandPath())
	}
	command.AddCommand(children...)
	return command
}
