//go:build !failpoints

package worker

import "context"

// failpoints returns ctx as it is: only the crash sweep's build puts fail-points on the wire.
func failpoints(ctx context.Context) context.Context { return ctx }
