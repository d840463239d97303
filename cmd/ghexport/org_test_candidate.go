package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/wording"
)

func (c *cli) orgTestCandidate() *cobra.Command {
	var reason string
	var watch, asJSON bool
	cmd := &cobra.Command{
		Use: "test-candidate ORG", Short: "Send a test candidate, and show how it goes",
		Long: "Sends one candidate who never was the whole way into the company's Greenhouse, named " + store.TestName + ". It counts in no\n" +
			"figure, is followed by nobody and is nobody's duplicate. While one is on its way another call shows that one and sends no second.\n" +
			"With --watch it waits for the end: 0 when it arrived, else 1. Delete the profile in Greenhouse whenever you like.",
		Example: "  ghexport org test-candidate acme\n  ghexport org test-candidate acme --watch --json",
		Args:    exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			st, _, err := c.open(cmd.Context(), "org test-candidate")
			if err != nil {
				return err
			}
			defer st.Close()
			test, made, err := st.SendTestCandidate(cmd.Context(), args[0], c.by(reason))
			if refused := new(store.TestCandidateRefusedError); errors.As(err, &refused) {
				return hinted(err, "connect, test and enable the company first: ghexport org show %s", visible(args[0]))
			}
			if err != nil {
				return orgHint(err, args[0])
			}
			if !made {
				c.sayf("one is on its way already, and no second is sent")
			}
			if watch {
				if test, err = c.watchTest(cmd.Context(), st, args[0], test); err != nil {
					return err
				}
			}
			if asJSON {
				err = c.json(test)
			} else {
				c.printf("%s\n", wording.TestCandidate(testFacts(test)))
			}
			if err == nil && watch && test.SentAt == nil {
				return errors.New("the test candidate did not arrive")
			}
			return err
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	cmd.Flags().BoolVar(&watch, "watch", false, "wait until it has arrived, or will not")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// watchTest follows a test candidate until it has ended, or is held and so waits for somebody.
func (c *cli) watchTest(ctx context.Context, st *store.Store, org string, test store.TestCandidate) (store.TestCandidate, error) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for test.Waits && test.Held == nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return test, ctx.Err()
		}
		var err error
		if test, err = st.LastTestCandidate(ctx, org); err != nil {
			return test, err
		}
	}
	return test, nil
}

func testFacts(t store.TestCandidate) wording.TestFacts {
	return wording.TestFacts{State: t.State, Cause: t.Cause, Held: t.Held, Rejected: t.Rejected, Elsewhere: t.Elsewhere, ProfileURL: deref(t.ProfileURL)}
}

func (c *cli) orgTestMode() *cobra.Command {
	var waiting waitingFlags
	var reason string
	cmd := &cobra.Command{
		Use: "test-mode ORG on|off", Short: "Keep a company's exports from Greenhouse, to try things out",
		Long: "In test mode nothing of a company goes to Greenhouse: exports go to GREENHOUSE_TEST_BASE_URL, where every node that sends has one,\n" +
			"else they wait, held for test.mode. Every page of the company says so. Where something waits when the mode changes, say whether it\n" +
			"is to be sent, to where the company then sends, or dropped. What went to the test address counts as sent, and goes nowhere else.",
		Example: "  ghexport org test-mode acme on\n  ghexport org test-mode acme off --send-waiting",
		Args:    exactly("ORG", "on|off"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[1] != "on" && args[1] != "off" {
				return usagef("%q is neither on nor off", args[1])
			}
			st, _, err := c.open(cmd.Context(), "org test-mode")
			if err != nil {
				return err
			}
			defer st.Close()
			switched, err := st.SetTestMode(cmd.Context(), args[0], args[1] == "on", waiting.answer(), c.by(reason))
			if err != nil {
				return orgHint(err, args[0])
			}
			c.tellTestMode(args[0], args[1], switched)
			return c.tellHeld(cmd.Context(), st, args[0])
		},
	}
	waiting.register(cmd)
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	return cmd
}

func (c *cli) tellTestMode(org, to string, s store.TestSwitched) {
	org = visible(org)
	switch {
	case !s.Changed && to == "on":
		c.printf("%s was in test mode already\n", org)
		return
	case !s.Changed:
		c.printf("%s was not in test mode\n", org)
		return
	case to == "on" && s.Sends:
		c.printf("%s is in test mode: nothing goes to Greenhouse, exports go to the test address\n", org)
	case to == "on":
		c.printf("%s is in test mode: nothing is sent\n", org)
	default:
		c.printf("%s is not in test mode any more\n", org)
	}
	if s.Dropped > 0 {
		c.printf("%s dropped\n", count(s.Dropped, "waiting export"))
	}
	if s.Waiting > 0 {
		c.printf("%s to be sent there\n", count(s.Waiting, "waiting export"))
	}
	if s.Tested > 0 {
		c.printf("%s went to the test address meanwhile, and nowhere else\n", count(s.Tested, "export"))
	}
}

func testWords(i store.Integration) string {
	if i.TestSends {
		return "exports go to the test address, and nothing to Greenhouse"
	}
	return "nothing is sent"
}
