package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPlan(t *testing.T) {
	t.Parallel()
	first := plan(7, 10*time.Minute, 3)
	assert.Equal(t, first, plan(7, 10*time.Minute, 3), "the same seed draws the same schedule")
	assert.NotEqual(t, first, plan(8, 10*time.Minute, 3))
	drawn := map[kind]bool{}
	for _, e := range first {
		drawn[e.Kind] = true
		assert.Less(t, e.At, 10*time.Minute)
	}
	assert.Len(t, drawn, len(weights), "ten minutes meet every kind of fault")

	for seed := range uint64(50) {
		short, drawn := plan(seed, 30*time.Second, 3), map[kind]bool{}
		for _, e := range short[:len(weights)] {
			drawn[e.Kind] = true
		}
		assert.Len(t, drawn, len(weights), "and so does half a minute, each once before any comes again")
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	later := noon.Add(time.Second)
	good := func() evidence {
		return evidence{
			committed: map[string]int{"a": 1, "b": 1, "c": 1, "d": 2}, acked: map[string]bool{"a": true}, refused: map[string]bool{"r": true},
			withdrawn: map[string]withdrawal{"d": {2, noon}}, rejected: map[string]bool{"c": true},
			ledger: []entry{{"a", "sent", nil, 1, &later}, {"b", "unknown", nil, 0, &later}, {"d", "cancelled", nil, 0, &noon}},
			there:  []greenhousesim.Candidate{{ID: 1, ExternalID: "a"}, {ID: 2, ExternalID: "b"}},
		}
	}
	assert.Equal(t, verdict{UnknownIn: 1}, judge(good()))

	for name, test := range map[string]struct {
		plant func(*evidence)
		found func(verdict) []string
		who   string
	}{
		"LostFromLedger":     {func(e *evidence) { e.ledger = e.ledger[:2] }, func(v verdict) []string { return v.Lost }, "d"},
		"LostAtGreenhouse":   {func(e *evidence) { e.there = e.there[1:] }, func(v verdict) []string { return v.Lost }, "a"},
		"Doubled":            {func(e *evidence) { e.there = append(e.there, greenhousesim.Candidate{ID: 9, ExternalID: "a"}) }, func(v verdict) []string { return v.Doubled }, "a"},
		"DoubledWhenUnknown": {func(e *evidence) { e.there = append(e.there, greenhousesim.Candidate{ID: 9, ExternalID: "b"}) }, func(v verdict) []string { return v.Doubled }, "b"},
		"Flagged": {func(e *evidence) {
			e.ledger[0].Flags = []string{"resent_after_5xx"}
			e.there = append(e.there, greenhousesim.Candidate{ID: 9, ExternalID: "a"})
		}, func(v verdict) []string { return v.Flagged }, "a"},
		"Denied":     {func(e *evidence) { e.there = append(e.there, greenhousesim.Candidate{ID: 9, ExternalID: "d"}) }, func(v verdict) []string { return v.Denied }, "d"},
		"RolledBack": {func(e *evidence) { e.ledger = append(e.ledger, entry{Interview: "r", State: "pending"}) }, func(v verdict) []string { return v.Phantom }, "r"},
		"Stranger":   {func(e *evidence) { e.there = append(e.there, greenhousesim.Candidate{ID: 9, ExternalID: "x"}) }, func(v verdict) []string { return v.Phantom }, "x"},
		"Overtaken":  {func(e *evidence) { e.ledger[2].Attempted = &later }, func(v verdict) []string { return v.Overtaken }, "d"},
		"Forgotten":  {func(e *evidence) { e.acked["z"] = true }, func(v verdict) []string { return v.Forgotten }, "z"},
	} {
		e := good()
		test.plant(&e)
		v := judge(e)
		assert.Equal(t, []string{test.who}, test.found(v), name)
		r := Report{Verdict: v, States: map[string]int{}, ServerErrors: "ask"}
		r.check(0)
		assert.NotEmpty(t, r.Broken, "%s is reported", name)
	}
}

// echo is a server that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }() //nolint:errcheck // it ends with the connection
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return l.Addr().String()
}

func TestProxy(t *testing.T) {
	t.Parallel()
	p, err := newProxy(t.Context(), echo(t), false)
	require.NoError(t, err)
	defer p.close()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp4", p.addr())
	require.NoError(t, err)
	defer c.Close()
	say := func(text string) error {
		if _, err := c.Write([]byte(text)); err != nil {
			return err
		}
		got := make([]byte, len(text))
		if _, err := io.ReadFull(c, got); err != nil {
			return err
		}
		assert.Equal(t, text, string(got))
		return nil
	}
	require.NoError(t, say("hello"))

	p.set(modeBlackhole)
	_, err = c.Write([]byte("into silence"))
	require.NoError(t, err)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
	_, err = c.Read(make([]byte, 1))
	var timeout net.Error
	require.ErrorAs(t, err, &timeout)
	assert.True(t, timeout.Timeout(), "nothing comes, and nothing ends")

	p.set(modePass)
	require.NoError(t, c.SetReadDeadline(time.Time{}))
	got := make([]byte, len("into silence"))
	_, err = io.ReadFull(c, got)
	require.NoError(t, err, "what was swallowed arrives when the route is back")

	p.set(modeSlow)
	require.NoError(t, say(string(bytes.Repeat([]byte("x"), 3*slowBytes))), "slow, and whole")

	p.cut()
	assert.Error(t, say("gone"))
}

// Every problem is named at once.
func TestRun_Usage(t *testing.T) {
	t.Parallel()
	var out, problems bytes.Buffer
	assert.Equal(t, 2, run(context.Background(), []string{"--duration", "0s", "--server-errors", "guess", "extra"}, &out, &problems))
	for _, word := range []string{"--duration", "--server-errors", `"extra"`} {
		assert.Contains(t, problems.String(), word)
	}
	assert.Equal(t, 0, run(context.Background(), []string{"--help"}, &out, &problems))
}
