package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// child is a process of a peer. It ends when its standard input does, so that none outlives this process, however that ends.
type child struct {
	command *exec.Cmd
	input   io.Closer
	said    *bytes.Buffer // what it wrote to standard error, for whoever asks why it failed
}

// startChild returns once the process has printed a line that begins with the word.
func startChild(command *exec.Cmd, ready string) (*child, error) {
	c := &child{command: command, said: new(bytes.Buffer)}
	command.Stderr = c.said
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	c.input = input
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	found := make(chan bool, 1)
	go func() {
		came, lines := false, bufio.NewScanner(output)
		for !came && lines.Scan() {
			came = strings.HasPrefix(lines.Text(), ready)
		}
		found <- came
		io.Copy(io.Discard, output) //nolint:errcheck // it ends with the process
	}()
	select {
	case ok := <-found:
		if ok {
			return c, nil
		}
	case <-time.After(childLimit):
	}
	err = c.stop()
	return nil, fmt.Errorf("%s did not come up: %w: %s", command.Path, err, c.said)
}

// childLimit bounds a start, and a stop before the process is killed.
const childLimit = 20 * time.Second

func (c *child) pid() int { return c.command.Process.Pid }

func (c *child) stop() error {
	c.input.Close()                                                           //nolint:errcheck // it may have closed it itself
	killed := time.AfterFunc(childLimit, func() { c.command.Process.Kill() }) //nolint:errcheck // it may have ended
	defer killed.Stop()
	return c.command.Wait()
}

// onceStopped makes a stop that is safe to call twice.
func (c *child) onceStopped() func() error { return sync.OnceValue(c.stop) }
