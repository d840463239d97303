package main

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// receiver takes traces as a collector does, by OTLP over HTTP.
type receiver struct {
	*httptest.Server
	spans chan []*tracepb.Span
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{spans: make(chan []*tracepb.Span, 100)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var got collector.ExportTraceServiceRequest
		body, err := io.ReadAll(req.Body)
		if err != nil || req.URL.Path != "/v1/traces" || proto.Unmarshal(body, &got) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, resource := range got.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				r.spans <- scope.Spans
			}
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(r.Close)
	return r
}

// all are the spans that were received, in the order in which they began, a send before its steps.
func (r *receiver) all() []*tracepb.Span {
	var list []*tracepb.Span
	for len(r.spans) > 0 {
		list = append(list, <-r.spans...)
	}
	slices.SortStableFunc(list, func(a, b *tracepb.Span) int {
		return cmp.Or(cmp.Compare(a.StartTimeUnixNano, b.StartTimeUnixNano), strings.Compare(b.Name, a.Name)) // send, intent
	})
	return list
}

func span(s *tracepb.Span) string {
	attributes := map[string]string{}
	for _, a := range s.Attributes {
		attributes[a.Key] = strings.TrimSpace(fmt.Sprint(a.Value))
	}
	text := s.Name
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		text += " " + key + "=" + attributes[key]
	}
	return text
}

// One trace leads from the producer's commit to Greenhouse's answer, where the standard variables ask for it, and says nothing about
// anybody. Without them nobody is told.
func TestTraces(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.connectAcme(t)
	r := newReceiver(t)
	env := maps.Clone(s.env)
	env["OTEL_EXPORTER_OTLP_ENDPOINT"] = r.URL
	const trace, producer = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	p := serveProcess(t, env)
	s.enqueueSQL(t, strings.Replace(traced("iv_1"), "PARENT", "00-"+trace+"-"+producer+"-01", 1))
	require.NoError(t, s.awaitState(t.Context(), "iv_1", "sent"))
	s.enqueueSQL(t, strings.Replace(traced("iv_2"), "PARENT", "no trace at all", 1))
	require.NoError(t, s.awaitState(t.Context(), "iv_2", "sent"))
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.Wait(), p.log.String())

	var first, roots []string
	var send string
	for _, one := range r.all() {
		if hex.EncodeToString(one.TraceId) == trace {
			first = append(first, span(one))
			if one.Name == "send" {
				send = hex.EncodeToString(one.SpanId)
				assert.Equal(t, producer, hex.EncodeToString(one.ParentSpanId))
			} else if one.Name != "outbox" {
				assert.Equal(t, send, hex.EncodeToString(one.ParentSpanId), "a step of the send")
			}
		} else if len(one.ParentSpanId) == 0 {
			roots = append(roots, one.Name)
		}
		for _, secret := range []string{"Ada", "ada@", "acme", "iv_", "cand_", acmeKey} {
			assert.NotContains(t, one.String(), secret)
		}
	}
	assert.Equal(t, []string{
		"outbox",
		`send ghexport.attempt=int_value:1 ghexport.export_id=int_value:1 ghexport.outcome=string_value:"sent"`,
		"intent",
		`POST /v1/partner/candidates http.request.method=string_value:"POST" http.response.status_code=int_value:200 url.path=string_value:"/v1/partner/candidates"`,
		"settle",
	}, first)
	assert.Equal(t, []string{"send"}, roots, "a malformed traceparent counts as none")

	t.Run("RefusesWhatItDoesNotSpeak", func(t *testing.T) {
		for name, value := range map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_TRACES_EXPORTER": "zipkin"} {
			other := &stage{db: s.db, sim: s.sim, env: maps.Clone(env)}
			other.env[name] = value
			code, _, said := other.ghexport(t, "", "serve")
			assert.Equal(t, 1, code)
			assert.Contains(t, said, name)
		}
	})
}

// traced is a message with the traceparent PARENT.
func traced(interview string) string {
	return `{"schema_version": 1, "org_id": "acme", "interview_id": "` + interview + `", "version": 1, "interviewed_at": "2017-09-28T17:00:00Z",
		"interviewer_advances": true, "candidate_continues": true, "traceparent": "PARENT",
		"candidate": {"id": "cand_` + interview + `", "full_name": "Ada King Lovelace", "email": "` + interview + `@example.com"}}`
}
