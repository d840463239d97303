package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// TestMain lets the test binary be ghexport when a script calls it by that name.
func TestMain(m *testing.M) {
	testscript.Main(suite{m}, map[string]func(){"ghexport": main})
}

// suite is the tests with a Postgres around them.
type suite struct{ m *testing.M }

// Run leaves no goroutine behind, or says which.
func (s suite) Run() int {
	code := storetest.Run(s.m)
	if durableStarted != nil {
		if err := durableStarted.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.RemoveAll(builtDirs.armed) //nolint:errcheck // temporary folders; "" removes nothing
	os.RemoveAll(builtDirs.plain) //nolint:errcheck
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	return code
}
