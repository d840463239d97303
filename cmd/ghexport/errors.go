package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/interviewing-io/greenhouse-export/store"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// ranError is an error of a command that was called correctly.
type ranError struct{ error }

// Unwrap returns what the command returned.
func (e *ranError) Unwrap() error { return e.error }

// usageError says that a command was called wrongly.
type usageError struct{ says string }

// Error says how.
func (e *usageError) Error() string { return e.says }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// hintedError is an error whose cure is known.
type hintedError struct {
	error
	hint string
}

// Unwrap returns the error without the cure.
func (e *hintedError) Unwrap() error { return e.error }

func hinted(err error, format string, args ...any) error {
	return &hintedError{err, fmt.Sprintf(format, args...)}
}

// problems are several errors, each of which gets a line of its own.
type problems []error

// Error joins them.
func (p problems) Error() string {
	texts := make([]string, len(p))
	for i, err := range p {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap lets errors.As look at each.
func (p problems) Unwrap() []error { return p }

// separated takes joined errors apart, so that each is said on a line of its own.
func separated(err error) problems {
	if err == nil {
		return nil
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var all problems
		for _, one := range several.Unwrap() {
			all = append(all, separated(one)...)
		}
		return all
	}
	return problems{err}
}

// errProblemsFound ends a command that has printed the problems that it was asked for.
var errProblemsFound = errors.New("problems found")

// report prints an error, each cure once, and returns the exit code.
func (c *cli) report(err error) int {
	if err == nil {
		return exitDone
	}
	code := exitFailed
	var ran *ranError
	var usage *usageError
	if !errors.As(err, &ran) || errors.As(err, &usage) {
		code = exitUsage
	}
	if ran != nil {
		err = ran.error
	}
	if errors.Is(err, errProblemsFound) {
		return code
	}
	lines := problems{err}
	errors.As(err, &lines)
	var hints []string
	for _, line := range lines {
		says, _, _ := strings.Cut(line.Error(), meantMark)
		c.sayf("%s", visible(oneLine(says)))
	}
	for _, one := range append(lines, err) { // several may have a cure together
		if hint := hintFor(one, code, c.command); hint != "" && !slices.Contains(hints, hint) {
			hints = append(hints, hint)
		}
	}
	for _, hint := range hints {
		fmt.Fprintln(c.err, "hint: "+hint)
	}
	return code
}

// hintFor returns what to do about an error of a command, or nothing.
func hintFor(err error, code int, command string) string {
	var known *hintedError
	var refused *pgconn.PgError
	var waiting *store.WaitingError
	switch {
	case errors.As(err, &known):
		return known.hint
	case errors.As(err, &waiting):
		return "add --send-waiting or --drop-waiting"
	case errors.As(err, &refused) && refused.Code == "42501":
		if command == "enqueue" {
			return "this role lacks the right; the owner can run ghexport grant --producer ROLE"
		}
		return "this role lacks the right; the owner can run ghexport grant --service ROLE"
	case errors.As(err, &refused) && slices.Contains([]string{"3F000", "42P01", "42883", "42703"}, refused.Code):
		return "run ghexport migrate up, with an address of the database's owner"
	case meant(err) != "":
		return "did you mean " + meant(err) + "?"
	case store.ConnectionLost(err):
		return "is Postgres running where DATABASE_URL says? ghexport doctor looks"
	case code == exitUsage:
		return "add --help to the command for its flags and an example"
	}
	return ""
}

// meantMark begins what cobra adds to its error about an unknown command that resembles others.
const meantMark = "\n\nDid you mean this?\n\t"

// meant is the commands that somebody may have meant, or nothing.
func meant(err error) string {
	_, list, _ := strings.Cut(err.Error(), meantMark)
	return strings.Join(strings.Fields(list), " or ")
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
