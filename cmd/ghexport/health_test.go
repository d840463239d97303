package main

import (
	"bufio"
	"context"
	"io"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// It looks again by itself, and ends as the last look did.
func TestHealth_Watch(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, to := io.Pipe()
	ended := make(chan int, 1)
	env := maps.Clone(s.env)
	go func() {
		ended <- run(ctx, []string{"health", "--watch=1s"}, strings.NewReader(""), to, io.Discard, env)
		to.Close()
	}()
	var seen []string
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		switch line := scanner.Text(); line {
		case "no problems":
			s.exec(t, "UPDATE ghexport.control SET stopped_at = now(), stopped_by = 'kim'")
			seen = append(seen, line)
		case "  runbook  ghexport explain stopped":
			seen = append(seen, line)
			stop()
		}
	}
	require.NoError(t, scanner.Err())
	assert.Equal(t, exitFailed, <-ended)
	assert.Equal(t, []string{"no problems", "  runbook  ghexport explain stopped"}, seen)
}
