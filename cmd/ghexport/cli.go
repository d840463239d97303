package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"

	"golang.org/x/term"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/store"
)

// cli is the world as a command sees it.
type cli struct {
	in  io.Reader
	out io.Writer // data, and nothing else
	err io.Writer // all that is said to a person
	env map[string]string
	as  string // who acts, as --as says

	command string // whose settings were read last

	columns int // how wide the terminal is; 0: ask it
}

// sayf tells a person something, under the program's name.
func (c *cli) sayf(format string, args ...any) { fmt.Fprintf(c.err, "ghexport: "+format+"\n", args...) }

// printf writes data.
func (c *cli) printf(format string, args ...any) { fmt.Fprintf(c.out, format, args...) }

// cliConns sets how many connections a command may open; serve has its own number.
const cliConns = 4

// open reads the settings and opens the store, for the command that cmd names in pg_stat_activity. Close it.
func (c *cli) open(ctx context.Context, cmd string, needs ...need) (*store.Store, Config, error) {
	config, err := c.config(cmd, append(needs, needDatabase)...)
	if err != nil {
		return nil, config, err
	}
	st, err := store.Open(ctx, store.Config{URL: config.DatabaseURL, ApplicationName: "ghexport " + cmd, Version: binaryVersion(), MaxConns: cliConns})
	if err != nil {
		return nil, config, err
	}
	return st, config, nil
}

// by says who acts, why, and where from: whatever somebody calls themselves, the machine and its user stand beside it.
func (c *cli) by(reason string) store.By {
	login := fmt.Sprintf("uid %d", os.Getuid()) // a container may have no name for it
	if u, err := user.Current(); err == nil && u.Username != "" {
		login = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	actor := cmp.Or(strings.TrimSpace(c.as), strings.TrimSpace(c.env["GHEXPORT_ACTOR"]), login)
	return store.By{Actor: actor, Reason: strings.TrimSpace(reason), From: host + "/" + login}
}

// greenhouse is the client, with the whole of a request's time for an answer that a person waits for.
func (config Config) greenhouse() *greenhouse.Client {
	return &greenhouse.Client{BaseURL: config.GreenhouseBaseURL, UserAgent: "ghexport/" + binaryVersion()}
}

// tests is the client of companies in test mode; nil where there is no address for them.
func (config Config) tests() *greenhouse.Client {
	if config.TestBaseURL == "" {
		return nil
	}
	return &greenhouse.Client{BaseURL: config.TestBaseURL, UserAgent: "ghexport/" + binaryVersion()}
}

// terminal returns the file descriptor of a stream that is a terminal.
func terminal(stream any) (int, bool) {
	file, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	return int(file.Fd()), true
}
