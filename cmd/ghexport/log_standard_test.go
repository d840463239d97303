package main

import (
	"log"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

func TestStandardLog_KeepsNoContent(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		unsolicited + ` starting with "ada@example.com"; err=<nil>`: "",
		"http: panic serving 10.0.0.7: ada@example.com":             "http",
		"ada@example.com: no such user":                             "",
		"":                                                          "",
	} {
		core, logs := observer.New(zap.DebugLevel)
		log.New(standardLog{zap.New(core)}, "", 0).Print(line)
		require.Equal(t, 1, logs.Len())
		entry := logs.All()[0]
		assert.NotContains(t, entry.Message, "ada")
		library, _ := entry.ContextMap()["library"].(string)
		assert.Equal(t, want, library, line)
	}
}

// What a server sends after an answer reaches the log as a fact alone, in the log's own form.
func TestServe_BytesAfterAnAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 1)
	w.sim.Plan(greenhousesim.Fault{Trailing: "HTTP/1.1 200 OK\r\n\r\n" + `{"id":471100815,"email":"ada@example.com"}`})
	p := serveProcess(t, w.env)
	assert.Zero(t, w.settled(t, p, patience))
	until(t, "a word about the bytes", func() bool { return strings.Contains(p.log.String(), `"msg":"bytes came after an answer`) })
	assert.NotContains(t, p.log.String(), "471100815")
	assert.NotContains(t, p.log.String(), "ada@")
	assert.NotContains(t, p.log.String(), "Unsolicited")
}
