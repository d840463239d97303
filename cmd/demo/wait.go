package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// pollEvery is the pause between two looks at something that tells nobody when it changes.
const pollEvery = 50 * time.Millisecond

// pause waits for the next look; it returns the reason where ctx has ended.
func pause(ctx context.Context) error {
	timer := time.NewTimer(pollEvery)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// limited is ctx with a limit that says, when it is reached, what was waited for.
func limited(ctx context.Context, limit time.Duration, format string, args ...any) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, limit, fmt.Errorf("waited %s for %s", limit, fmt.Sprintf(format, args...)))
}

// awaitReady returns once an address answers 200 and it is surely ours that answers.
func awaitReady(ctx context.Context, url string, ours func() bool) error {
	const limit = 30 * time.Second
	ctx, cancel := limited(ctx, limit, "%s", url)
	defer cancel()
	client := http.Client{Timeout: 2 * time.Second}
	defer client.CloseIdleConnections()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if res, err := client.Do(req); err == nil {
			res.Body.Close() //nolint:errcheck // only the status matters
			if res.StatusCode == http.StatusOK && ours() {
				return nil
			}
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}
