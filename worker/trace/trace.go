// Package trace tells a tracing system how an export went, from the producer's commit to Greenhouse's answer, where OpenTelemetry's
// standard environment variables ask for it. Nothing is made, kept or sent where they do not.
//
// Spans carry numbers and words of ours: an export's number, how an attempt ended and why. No name, email, id of a producer's, or key.
package trace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Tracer makes the spans of exports. The nil Tracer makes none. Safe for concurrent use.
type Tracer struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// New makes what the environment asks for, nil where it asks for nothing: OTEL_EXPORTER_OTLP_ENDPOINT (or ..._TRACES_ENDPOINT) sends by
// OTLP over HTTP, OTEL_TRACES_EXPORTER=console writes spans to out as JSON. The other variables of the SDK mean what they always mean.
// It connects to nobody yet; a receiver that is away costs spans and nothing else.
func New(ctx context.Context, env map[string]string, version string, out io.Writer) (*Tracer, error) {
	exporter, err := exporterOf(ctx, env, out)
	if exporter == nil || err != nil {
		return nil, err
	}
	about, err := resource.New(ctx, resource.WithAttributes(
		attribute.String("service.name", "ghexport"), attribute.String("service.version", version)), resource.WithFromEnv(), resource.WithTelemetrySDK())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	return &Tracer{provider: provider, tracer: provider.Tracer("github.com/interviewing-io/greenhouse-export/worker")}, nil
}

func exporterOf(ctx context.Context, env map[string]string, out io.Writer) (sdktrace.SpanExporter, error) {
	endpoint := env["OTEL_EXPORTER_OTLP_ENDPOINT"] + env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
	protocol := env["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"]
	if protocol == "" {
		protocol = env["OTEL_EXPORTER_OTLP_PROTOCOL"]
	}
	switch exporter := env["OTEL_TRACES_EXPORTER"]; {
	case env["OTEL_SDK_DISABLED"] == "true", exporter == "none", exporter == "" && endpoint == "":
		return nil, nil //nolint:nilnil // nothing is asked for
	case exporter == "console":
		return stdouttrace.New(stdouttrace.WithWriter(out))
	case exporter != "" && exporter != "otlp":
		return nil, fmt.Errorf("OTEL_TRACES_EXPORTER: %q is not one of otlp, console, none", exporter)
	case protocol != "" && protocol != "http/protobuf":
		return nil, errors.New("OTEL_EXPORTER_OTLP_PROTOCOL: only http/protobuf is spoken")
	}
	return otlptracehttp.New(ctx)
}

// Close sends what is left, for as long as ctx allows, and ends.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Valid tells a traceparent that spans can belong to from one that is malformed, which counts as none.
func Valid(traceparent string) bool {
	return trace.SpanContextFromContext(within(traceparent)).IsValid()
}

// within is a context in the trace that a producer began; for a malformed or empty traceparent, in none.
func within(traceparent string) context.Context {
	return propagation.TraceContext{}.Extract(context.Background(), propagation.MapCarrier{"traceparent": traceparent})
}

// Folded tells that a message which a producer committed at one time was folded into the ledger at another.
func (t *Tracer) Folded(traceparent string, committed, folded time.Time) {
	if t == nil || !Valid(traceparent) {
		return
	}
	_, span := t.tracer.Start(within(traceparent), "outbox", trace.WithTimestamp(committed), trace.WithSpanKind(trace.SpanKindConsumer))
	span.End(trace.WithTimestamp(folded))
}

// Run is one attempt to send an export. The nil Run is of the nil Tracer.
type Run struct {
	tracer trace.Tracer
	ctx    context.Context //nolint:containedctx // it is where the run's steps belong
	span   trace.Span
}

// Run begins the span of an attempt, in the producer's trace where it has one, else in one of its own.
func (t *Tracer) Run(traceparent string, began time.Time, export int64, number int) *Run {
	if t == nil {
		return nil
	}
	ctx, span := t.tracer.Start(within(traceparent), "send", trace.WithTimestamp(began), trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithAttributes(attribute.Int64("ghexport.export_id", export), attribute.Int("ghexport.attempt", number)))
	return &Run{tracer: t.tracer, ctx: ctx, span: span}
}

// Step tells of a part of the run that is over.
func (r *Run) Step(name string, began, ended time.Time) {
	if r == nil {
		return
	}
	_, span := r.tracer.Start(r.ctx, name, trace.WithTimestamp(began))
	span.End(trace.WithTimestamp(ended))
}

// Posted tells of the run's one request, with the status of its answer, 0 for none.
func (r *Run) Posted(path string, status int, began, ended time.Time) {
	if r == nil {
		return
	}
	_, span := r.tracer.Start(r.ctx, "POST "+path, trace.WithTimestamp(began), trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String("http.request.method", "POST"), attribute.String("url.path", path)))
	if status != 0 {
		span.SetAttributes(attribute.Int("http.response.status_code", status))
	}
	if status == 0 || status >= 400 {
		span.SetStatus(codes.Error, "")
	}
	span.End(trace.WithTimestamp(ended))
}

// End ends the run, and says how.
func (r *Run) End(ended time.Time, outcome, cause string) {
	if r == nil {
		return
	}
	r.span.SetAttributes(attribute.String("ghexport.outcome", outcome))
	if cause != "" {
		r.span.SetAttributes(attribute.String("ghexport.cause", cause))
	}
	r.span.End(trace.WithTimestamp(ended))
}
