package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// filterFlags select exports.
type filterFlags struct {
	state, org, cause, since, fingerprint string
	limit                                 int
}

// register adds the flags. Every one of them says less; none is everything that the command concerns.
func (f *filterFlags) register(cmd *cobra.Command, withState bool) {
	flags := cmd.Flags()
	if withState {
		flags.StringVar(&f.state, "state", "", "only those in this state: "+joined(ledger.States))
		complete(cmd, "state", texts(ledger.States))
	}
	flags.StringVar(&f.org, "org", "", "only those of this company")
	flags.StringVar(&f.cause, "cause", "", "only those with this cause, or held for it, such as payload.refused")
	complete(cmd, "cause", texts(ledger.Causes))
	flags.StringVar(&f.since, "since", "", "only what changed since: a duration back (2h, 3d) or a moment (2026-11-24T00:00:00Z)")
	flags.StringVar(&f.fingerprint, "fingerprint", "", "only dead letters of this group of dead --group")
	flags.IntVar(&f.limit, "limit", 0, "how many at most; 0 is all")
}

func complete(cmd *cobra.Command, flag string, words []string) {
	// It fails only for a flag that does not exist.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// any tells whether something was selected at all.
func (f *filterFlags) any() bool {
	return f.state != "" || f.org != "" || f.cause != "" || f.since != "" || f.fingerprint != "" || f.limit != 0
}

// filter checks the flags. A word that is no state or cause is a slip, and must not pass for "nothing matches".
func (f *filterFlags) filter() (store.Filter, error) {
	out := store.Filter{State: ledger.State(f.state), Org: f.org, Cause: ledger.Cause(f.cause), Fingerprint: f.fingerprint, Limit: f.limit}
	if f.state != "" && !slices.Contains(ledger.States, out.State) {
		return out, usagef("--state %s: no such state; there are %s", f.state, joined(ledger.States))
	}
	if f.cause != "" && !slices.Contains(ledger.Causes, out.Cause) {
		return out, usagef("--cause %s: no such cause; there are %s", f.cause, joined(ledger.Causes))
	}
	if f.fingerprint != "" && !fingerprints.MatchString(f.fingerprint) {
		return out, usagef("--fingerprint %s: not one that ghexport dead --group shows", f.fingerprint)
	}
	if f.limit < 0 {
		return out, usagef("--limit %d: a limit is not negative", f.limit)
	}
	var err error
	out.Since, err = since(f.since, time.Now())
	return out, err
}

var fingerprints = regexp.MustCompile(`^[0-9a-f]{10}$`)

var days = regexp.MustCompile(`^([0-9]{1,5})d(.*)$`)

// since reads a duration back from now, in days too, or a moment. Nothing is the zero time.
func since(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	back, rest := time.Duration(0), text
	if match := days.FindStringSubmatch(text); match != nil {
		n, _ := strconv.Atoi(match[1]) // five digits always parse
		back, rest = time.Duration(n)*24*time.Hour, match[2]
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 {
			return time.Time{}, usagef("--since %s: neither a duration such as 2h or 3d nor a moment such as 2026-11-24T00:00:00Z", text)
		}
		back += d
	}
	return now.Add(-back), nil
}

// exportIDs reads the numbers of exports.
func exportIDs(args []string) ([]int64, error) {
	var ids []int64
	for _, arg := range args {
		id, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || id <= 0 {
			return nil, usagef("%q is not the number of an export", arg)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func texts[T ~string](words []T) []string {
	list := make([]string, len(words))
	for n, word := range words {
		list[n] = string(word)
	}
	return list
}

func joined[T ~string](words []T) string { return strings.Join(texts(words), ", ") }

// exactly is cobra's ExactArgs with an error that says which.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != len(names) {
			return fmt.Errorf("%s takes %s, and got %d", cmd.CommandPath(), strings.Join(names, " "), len(args))
		}
		return nil
	}
}
