package relay

import (
	"bytes"
	"context"
	"regexp"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/worker/trace"
)

// keepTraces notes the producers' traces before a fold, so that whoever sends at once finds them. Tracing that fails holds up nothing.
func (r *Relay) keepTraces(ctx context.Context, arrivals []ledger.Arrival) {
	if r.Traces == nil {
		return
	}
	if err := r.Store.KeepTraces(ctx, arrivals); err != nil {
		r.report("keep traces", err)
	}
}

// tellTraces tells of what was folded.
func (r *Relay) tellTraces(arrivals []ledger.Arrival) {
	if r.Traces == nil {
		return
	}
	now := time.Now()
	for _, a := range arrivals {
		if a.Traceparent != "" {
			r.Traces.Folded(a.Traceparent, a.EnqueuedAt, now)
		}
	}
}

// traceparentOf is a message's trace, "" for one that is malformed.
func traceparentOf(text string) string {
	if !trace.Valid(text) {
		return ""
	}
	return text
}

// named is a traceparent in a message as Postgres writes jsonb. Within a text its quotes would be escaped.
var named = regexp.MustCompile(`(, )?"traceparent": "[^"\\]*"(, )?`)

// contentOf is a message without its traceparent: a producer that says the same again does so in another trace.
func contentOf(message []byte) []byte {
	if !bytes.Contains(message, []byte(`"traceparent": "`)) {
		return message
	}
	return named.ReplaceAllFunc(message, func(found []byte) []byte {
		if bytes.HasPrefix(found, []byte(", ")) && bytes.HasSuffix(found, []byte(", ")) {
			return []byte(", ")
		}
		return nil
	})
}
