package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// restartAfter sets how long a supervisor waits before it starts an ended process again.
const restartAfter = 300 * time.Millisecond

// node is one `ghexport serve`, started again whenever it ends, as a supervisor would.
type node struct {
	path string
	env  []string

	mu       sync.Mutex
	process  *os.Process // nil while none runs
	peakRSS  int64       // bytes, over all its processes
	logBytes int64
	starts   int
	stop     chan struct{}
	done     sync.WaitGroup
	said     lastLines
}

func newNode(path string, env []string) *node {
	n := &node{path: path, env: env, stop: make(chan struct{})}
	n.done.Go(n.supervise)
	return n
}

func (n *node) supervise() {
	for {
		cmd := exec.Command(n.path, "serve")
		cmd.Env, cmd.Stderr = n.env, n
		if err := cmd.Start(); err == nil {
			n.mu.Lock()
			n.process = cmd.Process
			n.starts++
			n.mu.Unlock()
			cmd.Wait() //nolint:errcheck // it is killed on purpose
			n.mu.Lock()
			n.process = nil
			n.mu.Unlock()
		}
		select {
		case <-n.stop:
			return
		case <-time.After(restartAfter):
		}
	}
}

// Write counts the log, and keeps its end for a report that went wrong.
func (n *node) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.logBytes += int64(len(p))
	n.said.add(p)
	return len(p), nil
}

// signal reaches the process that runs now, if one does.
func (n *node) signal(s syscall.Signal) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.process != nil && n.process.Signal(s) == nil
}

// end stops the node for good, in order where it can.
func (n *node) end(ctx context.Context) {
	close(n.stop)
	n.signal(syscall.SIGCONT)
	n.signal(syscall.SIGTERM)
	ended := make(chan struct{})
	go func() { n.done.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
		n.signal(syscall.SIGKILL)
		<-ended
	}
}

// sample notes how much memory the process has needed at most so far.
func (n *node) sample() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.process == nil {
		return
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", n.process.Pid)) // Linux; elsewhere the report says 0
	if err != nil {
		return
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmHWM:")); ok {
			kilobytes, _ := strconv.ParseInt(string(bytes.Fields(rest)[0]), 10, 64)
			n.peakRSS = max(n.peakRSS, kilobytes<<10)
		}
	}
}

// lastLines keeps the end of a log.
type lastLines []byte

func (l *lastLines) add(p []byte) {
	const keep = 8 << 10
	*l = append(*l, p...)
	*l = (*l)[max(0, len(*l)-keep):]
}
