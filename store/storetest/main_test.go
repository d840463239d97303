package storetest

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// childEnv is the environment variable that turns this test binary into the child of a test: a program that starts a server in the
// temporary folder, by [Start] or as tests do by [Run], prints its address and its folder, and waits.
const childEnv = "STORETEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "Start":
		os.Exit(child{}.Run())
	case "Run":
		os.Exit(Run(child{tests: true}))
	}
	code := Run(m)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "after the last test:", err)
		code = 1
	}
	os.Exit(code)
}

type child struct{ tests bool }

func (c child) Run() int {
	var server *Server
	var err error
	if c.tests {
		_, _, err = shared.ready(context.Background())
		server = shared.server
	} else {
		server, err = Start(context.Background(), ServerConfig{})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(server.URL("postgres"))
	fmt.Println(server.Dir)
	os.Stdin.Read(make([]byte, 1)) //nolint:errcheck // waits for the end
	return 0
}
