package relay

import (
	"context"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
)

// listen nudges the relay at every commit that wakes it, and once after each connect for what was committed before.
func (r *Relay) listen(ctx context.Context) {
	for ctx.Err() == nil {
		l, err := r.Store.Listen(ctx)
		if err == nil {
			r.Nudge()
			err = r.hear(ctx, l)
			l.Close()
		}
		if ctx.Err() != nil {
			return
		}
		r.report("listen", err)
		select {
		case <-ctx.Done():
		case <-time.After(troublePause):
		}
	}
}

// quietLimit is how long a connection may stay silent before it is asked whether it still lives, and pingLimit how long it has.
const (
	quietLimit = 30 * time.Second
	pingLimit  = 10 * time.Second
)

func (r *Relay) hear(ctx context.Context, l *store.Listener) error {
	for {
		waitCtx, cancel := context.WithTimeout(ctx, quietLimit)
		err := l.Wait(waitCtx)
		quiet := waitCtx.Err() != nil
		cancel()
		switch {
		case err == nil:
			r.Nudge()
		case ctx.Err() != nil || !quiet:
			return err
		default:
			pingCtx, cancel := context.WithTimeout(ctx, pingLimit)
			err = l.Ping(pingCtx)
			cancel()
			if err != nil {
				return err
			}
			r.Nudge()
		}
	}
}
