//go:build failpoints

package worker

import (
	"context"
	"net/http/httptrace"

	"github.com/interviewing-io/greenhouse-export/store"
)

// failpoints makes each step of a request on the wire a point at which the crash sweep can end the process.
func failpoints(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:              func(httptrace.GotConnInfo) { store.Failpoint("post.connected") },
		WroteRequest:         func(httptrace.WroteRequestInfo) { store.Failpoint("post.written") },
		GotFirstResponseByte: func() { store.Failpoint("post.accepted") },
	})
}
