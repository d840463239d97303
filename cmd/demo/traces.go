package main

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"time"
)

// traced tells whether spans are asked for in the service's log.
func traced() bool { return os.Getenv("OTEL_TRACES_EXPORTER") == "console" }

// traceparent begins a trace, as a producer's own tracing would: https://www.w3.org/TR/trace-context/
func traceparent() string {
	var ids [24]byte
	rand.Read(ids[:]) //nolint:errcheck // it never fails
	return "00-" + hex.EncodeToString(ids[:16]) + "-" + hex.EncodeToString(ids[16:]) + "-01"
}

// span is what is shown of a line that OpenTelemetry's console exporter wrote.
type span struct {
	Name               string
	SpanContext        struct{ TraceID, SpanID string }
	Parent             struct{ SpanID string }
	StartTime, EndTime time.Time
}

// readTraces returns the spans of a log by their traces, each in the order in which they began.
func readTraces(log []byte) map[string][]span {
	traces := map[string][]span{}
	for line := range bytes.Lines(log) {
		var s span
		if json.Unmarshal(line, &s) == nil && s.SpanContext.TraceID != "" {
			traces[s.SpanContext.TraceID] = append(traces[s.SpanContext.TraceID], s)
		}
	}
	for _, spans := range traces {
		slices.SortStableFunc(spans, func(a, b span) int {
			return cmp.Or(a.StartTime.Compare(b.StartTime), b.EndTime.Compare(a.EndTime)) // what holds others first
		})
	}
	return traces
}

// showTraces says where the spans are, and shows one trace that went all the way. It is called once the service has ended.
func showTraces(path string, out *terminal) {
	text, err := os.ReadFile(path)
	if err != nil {
		return // it never started
	}
	traces := readTraces(text)
	var shown []span
	for _, spans := range traces {
		if len(shown) == 0 || len(spans) == 5 && len(shown) != 5 { // outbox, send, intent, POST, settle: sent at the first try
			shown = spans
		}
	}
	out.printf("\n%s %d, in %s; one of them:\n", out.bold("Traces"), len(traces), shorten(path))
	for _, s := range shown {
		depth := 0
		for parent := s.Parent.SpanID; ; depth++ {
			n := slices.IndexFunc(shown, func(other span) bool { return other.SpanContext.SpanID == parent })
			if n < 0 {
				break
			}
			parent = shown[n].Parent.SpanID
		}
		out.printf("  %s %s\n", pad(strings.Repeat("  ", depth)+s.Name, 34), s.EndTime.Sub(s.StartTime).Round(10*time.Microsecond))
	}
}
