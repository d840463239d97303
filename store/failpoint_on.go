//go:build failpoints

package store

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// The crash sweep arms one point of the process by its environment, and learns from a file that it was reached.
const (
	failpointArmed  = "GHEXPORT_FAILPOINT"        // NAME:N:kill or NAME:N:stop, at the N-th time the point is reached
	failpointReport = "GHEXPORT_FAILPOINT_REPORT" // the file in which the name is written before the process goes
)

type failpoint struct {
	name   string
	after  int64
	signal syscall.Signal
	passed atomic.Int64
}

var armed = parseFailpoint(os.Getenv(failpointArmed))

func parseFailpoint(text string) *failpoint {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return &failpoint{}
	}
	after, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		panic("GHEXPORT_FAILPOINT: " + err.Error())
	}
	signals := map[string]syscall.Signal{"kill": syscall.SIGKILL, "stop": syscall.SIGSTOP}
	return &failpoint{name: parts[0], after: after, signal: signals[parts[2]]}
}

// Failpoint kills or freezes this process when it is the armed one: as the kernel would, without a word to anybody.
func Failpoint(name string) {
	if armed.name != name || armed.passed.Add(1) != armed.after {
		return
	}
	if err := os.WriteFile(os.Getenv(failpointReport), []byte(name), 0o600); err != nil {
		panic(err)
	}
	if err := syscall.Kill(os.Getpid(), armed.signal); err != nil {
		panic(err)
	}
	for armed.signal == syscall.SIGKILL { //nolint:revive // nothing may run on until the signal has come
	}
}
